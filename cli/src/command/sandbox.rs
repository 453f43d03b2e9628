use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc;

use clap::Args;
use taxogen_flags::Definitions;
use taxogen_sandbox::{
    MIXPANEL_TOKEN, POSTHOG_KEY, POSTHOG_PERSONAL_KEY, RequestSummary, SEGMENT_WRITE_KEY, Summary, Vendor,
};

use super::Outcome;
use crate::failure::Failure;
use crate::plan::count;
use crate::printer::Printer;

/// Play PostHog, Segment, Mixpanel and Optimizely on this machine, beside an application in development.
///
/// Prints the variables that lead the application here, then a line for each request on stderr, and with
/// Ctrl-C what each vendor received. Exits with 0, and with 2 when it cannot start.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The port on the loopback interface; without it a free one.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// A file of definitions, as PostHog's `/flags/definitions` answers them: handed out to applications that decide
    /// flags themselves, and what `/flags` goes by, with what the application has sent of the person.
    #[arg(long, value_name = "FILE")]
    flags: Option<PathBuf>,
}

/// What the main thread waits for.
enum Signal {
    Request(String),
    Stop,
}

impl Sandbox {
    pub(super) fn run(self, printer: &mut Printer) -> Result<Outcome, Failure> {
        let definitions = self.definitions(printer)?;
        let (sender, signals) = mpsc::channel();
        let stop = sender.clone();
        ctrlc::set_handler(move || drop(stop.send(Signal::Stop))).map_err(Failure::Signal)?;
        let sandbox = taxogen_sandbox::Sandbox::on(self.port).map_err(Failure::Sandbox)?;
        let serves_flags = definitions.is_some();
        if let Some(text) = definitions {
            sandbox.flags().define_text(text);
        }
        sandbox.on_request(move |request| drop(sender.send(Signal::Request(line(request)))));

        printer.data(&variables(&sandbox))?;
        if serves_flags {
            printer.data(&format!("export POSTHOG_PERSONAL_API_KEY={POSTHOG_PERSONAL_KEY}\n"))?;
        }
        printer.talk("listening; Ctrl-C ends with a summary");
        while let Ok(Signal::Request(line)) = signals.recv() {
            printer.talk(line);
        }
        let summaries: String = Vendor::EVERY.map(|vendor| summary(vendor, &sandbox.summary(vendor))).concat();
        printer.data(&summaries)?;
        Ok(Outcome::Good)
    }

    /// The text of the definitions; what is odd in them is told.
    fn definitions(&self, printer: &mut Printer) -> Result<Option<String>, Failure> {
        let Some(path) = &self.flags else { return Ok(None) };
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|error| Failure::Unreadable { name: name.clone(), error })?;
        let definitions = Definitions::parse(text.as_bytes()).map_err(|error| Failure::Usage {
            message: format!("`{name}` holds no definitions of flags: {error}"),
            help: "`/flags/definitions` of PostHog answers what belongs there".to_owned(),
        })?;
        definitions.troubles().iter().for_each(|trouble| printer.talk(format_args!("{name}: {trouble}")));
        Ok(Some(text))
    }
}

/// What `Client::from_env` reads, as a shell takes it. The datafile of Optimizely stays the application's own.
fn variables(sandbox: &taxogen_sandbox::Sandbox) -> String {
    let url = sandbox.url();
    format!(
        "export POSTHOG_API_KEY={POSTHOG_KEY}\n\
         export POSTHOG_HOST={url}\n\
         export SEGMENT_WRITE_KEY={SEGMENT_WRITE_KEY}\n\
         export SEGMENT_HOST={url}\n\
         export MIXPANEL_TOKEN={MIXPANEL_TOKEN}\n\
         export MIXPANEL_HOST={url}\n\
         export OPTIMIZELY_HOST={url}\n"
    )
}

/// `PostHog  200  POST /batch  812 bytes  user_signed_up 2, $set`.
fn line(request: &RequestSummary) -> String {
    let RequestSummary {
        vendor, method, path, status, wire_bytes, accepted, repeated, dropped, rejected, fault, ..
    } = request;
    let vendor = vendor.map_or("-", Vendor::name);
    let status = status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
    let mut line = format!("{vendor:<8}  {status}  {method} {path}  {wire_bytes} bytes  {}", counts(accepted));
    if *repeated > 0 {
        let _ = write!(line, "; repeated {repeated}");
    }
    for (what, reasons) in [("dropped", dropped), ("rejected", rejected)] {
        if !reasons.is_empty() {
            let _ = write!(line, "; {what}: {}", counts(reasons));
        }
    }
    if let Some(fault) = fault {
        let _ = write!(line, "; played: {fault}");
    }
    line.truncate(line.trim_end().len());
    line
}

/// What one vendor received, in a few lines; nothing where nobody asked it.
fn summary(vendor: Vendor, summary: &Summary) -> String {
    if summary.requests == 0 && summary.flag_requests == 0 {
        return format!("{vendor}: nothing\n");
    }
    let Summary { requests, flag_requests, wire_bytes, distinct, events, repeated, dropped, rejected, .. } = summary;
    let (requests, messages) = (count(*requests, "request"), count(*distinct, "message"));
    let mut text = format!("{vendor}: {requests}, {wire_bytes} bytes, {messages} accepted");
    if *flag_requests > 0 {
        let _ = write!(text, ", {} for flags", count(*flag_requests, "request"));
    }
    if *repeated > 0 {
        let _ = write!(text, ", {repeated} repeated");
    }
    text.push('\n');
    for (event, number) in events {
        let _ = writeln!(text, "  {number:>6}  {event}");
    }
    for (what, reasons) in [("dropped", dropped), ("rejected", rejected)] {
        for (reason, number) in reasons {
            let _ = writeln!(text, "  {number:>6}  {what}: {reason}");
        }
    }
    text
}

/// `user_signed_up 2, $set`.
fn counts(names: &BTreeMap<String, u64>) -> String {
    let names = names.iter().map(|(name, number)| if *number == 1 { name.clone() } else { format!("{name} {number}") });
    names.collect::<Vec<_>>().join(", ")
}
