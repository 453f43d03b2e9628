//! A web service with taxogen: a person per request, flags decided in the process, an experiment, and a shutdown that says
//! what became of every event.

mod stage;

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use axum_service::router;
use taxogen::Client;
use tokio::net::TcpListener;
use tokio::signal;

use crate::stage::Stage;

const HELP: &str = "\
The web service of a small shop: a person per request, flags decided in the process, graceful shutdown.

Usage: axum-service [--live]

Without --live the vendors are played on this machine: no account, no key, no network.

Options:
  --live   the real vendors that the environment names:
             POSTHOG_API_KEY, POSTHOG_HOST, POSTHOG_PERSONAL_API_KEY (flags are decided in the process)
             SEGMENT_WRITE_KEY, MIXPANEL_TOKEN
  --help   print this text

Environment:
  PORT     where to listen on this machine; 3000 unless set

Exit codes: 0 all was delivered, 1 something was lost or nothing could start, 2 usage.";

/// How long a shutdown waits for the last deliveries.
const CLOSING: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let is_live = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--live"] => true,
        ["--help" | "-h"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("error: `--live` is all that it takes\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    run(is_live).await.unwrap_or_else(|problem| {
        eprintln!("error: {problem}");
        ExitCode::FAILURE
    })
}

async fn run(is_live: bool) -> Result<ExitCode, Box<dyn std::error::Error>> {
    // Kept until the end: the vendors that are played stop with it.
    let stage = if is_live { None } else { Some(Stage::set()?) };
    let client = stage.as_ref().map_or_else(Client::from_env, Stage::client)?;
    // Whoever comes first finds flags; where there are none in time, the plan's defaults stand and the service starts.
    if let Err(problem) = client.flags_ready_async(Duration::from_secs(2)).await {
        eprintln!("flags: {problem}");
    }

    let listener = listen().await?;
    println!("listening on http://{}; Ctrl-C ends it", listener.local_addr()?);
    println!("  curl -H 'x-user-id: user_123' http://{}/checkout", listener.local_addr()?);
    axum::serve(listener, router(client.clone())).with_graceful_shutdown(asked_to_end()).await?;

    let report = client.shutdown_async(CLOSING).await;
    println!("{report}");
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn listen() -> Result<TcpListener, String> {
    let port = match env::var("PORT") {
        Ok(text) => text.parse().map_err(|_| "`PORT` is no number from 0 to 65535".to_owned())?,
        Err(_) => 3000,
    };
    let refused =
        |problem: io::Error| format!("port {port} cannot be listened on: {problem}; set `PORT` to another one");
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(refused)
}

/// Ctrl-C, or what a supervisor sends.
async fn asked_to_end() {
    #[cfg(unix)]
    {
        use signal::unix::{SignalKind, signal as listen_to};
        if let Ok(mut terminate) = listen_to(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = signal::ctrl_c() => return,
            }
        }
    }
    let _ = signal::ctrl_c().await;
}
