use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::run::{Folder, run};

/// Ends the program also when a test fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn it_says_where_it_is_shows_each_request_and_ends_with_a_summary() {
    let folder = Folder::new(&[]);
    let mut command = folder.command(&["sandbox"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut running = Running(child);
    let mut out = BufReader::new(running.0.stdout.take().expect("it is piped"));
    let mut err = BufReader::new(running.0.stderr.take().expect("it is piped"));

    let mut variables = String::new();
    for _ in 0..7 {
        out.read_line(&mut variables).expect("a line is printed");
    }
    let address = variables
        .lines()
        .find_map(|line| line.strip_prefix("export POSTHOG_HOST=http://"))
        .expect("the address is printed")
        .to_owned();
    let expected = format!(
        "export POSTHOG_API_KEY=phc_sandbox\n\
         export POSTHOG_HOST=http://{address}\n\
         export SEGMENT_WRITE_KEY=sandbox_write_key\n\
         export SEGMENT_HOST=http://{address}\n\
         export MIXPANEL_TOKEN=sandbox_token\n\
         export MIXPANEL_HOST=http://{address}\n\
         export OPTIMIZELY_HOST=http://{address}\n"
    );
    assert_eq!(variables, expected);
    let mut line = String::new();
    err.read_line(&mut line).expect("a line is printed");
    assert_eq!(line, "listening; Ctrl-C ends with a summary\n");

    let body = r#"{"api_key":"phc_sandbox","batch":[{"event":"visited","distinct_id":"u","uuid":"018f0000-0000-7000-8000-000000000000","timestamp":"2026-01-01T00:00:00Z","properties":{}}]}"#;
    let length = body.len();
    let mut stream = TcpStream::connect(&address).expect("the sandbox listens");
    write!(
        stream,
        "POST /batch/ HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
    .expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    line.clear();
    err.read_line(&mut line).expect("a line is printed");
    assert_eq!(line, format!("PostHog   200  POST /batch  {length} bytes  visited\n"));

    let interrupt = Command::new("kill").args(["-INT", &running.0.id().to_string()]).status();
    assert!(interrupt.expect("`kill` is there").success());
    let mut summary = String::new();
    out.read_to_string(&mut summary).expect("the summary is text");
    let expected = format!(
        "PostHog: 1 request, {length} bytes, 1 message accepted\n       1  visited\nSegment: nothing\nMixpanel: nothing\nOptimizely: nothing\n"
    );
    assert_eq!(summary, expected);
    assert_eq!(running.0.wait().expect("it ends").code(), Some(0));
}

#[cfg(unix)]
#[test]
fn it_hands_out_the_definitions_of_a_file() {
    let definitions = r#"{"flags":[{"key":"new-dashboard","active":true,"filters":{"groups":[{"properties":[]}]}}]}"#;
    let folder = Folder::new(&[("definitions.json", definitions)]);
    let mut command = folder.command(&["sandbox", "--flags", "definitions.json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
    let mut running = Running(child);
    let mut out = BufReader::new(running.0.stdout.take().expect("it is piped"));
    let mut variables = String::new();
    for _ in 0..8 {
        out.read_line(&mut variables).expect("a line is printed");
    }
    let address = variables.lines().find_map(|line| line.strip_prefix("export POSTHOG_HOST=http://"));
    let address = address.expect("the address is printed");
    assert!(variables.ends_with("export POSTHOG_PERSONAL_API_KEY=phx_sandbox\n"), "{variables}");

    let mut stream = TcpStream::connect(address).expect("the sandbox listens");
    write!(
        stream,
        "GET /flags/definitions?token=phc_sandbox&send_cohorts HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer phx_sandbox\r\nconnection: close\r\n\r\n"
    )
    .expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer is text");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(definitions), "{answer}");
}

#[test]
fn a_file_without_definitions_is_refused() {
    let folder = Folder::new(&[("page.json", "<p>")]);
    let told = "error: `page.json` holds no definitions of flags: not JSON at line 1 column 1\n\
                help: `/flags/definitions` of PostHog answers what belongs there\n";
    assert_eq!(folder.run(&["sandbox", "--flags", "page.json"]), run(2, "", told));
}
