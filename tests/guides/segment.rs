taxogen::taxonomy!("taxonomy.yaml"); // compiles the plan

use std::io::BufRead;
use std::time::Duration;

use taxogen::{Client, Decision, ExposurePolicy, Segment};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = std::env::var("SEGMENT_WRITE_KEY").map_err(|_| "SEGMENT_WRITE_KEY is not set")?;
    let client = client(Segment::new(key))?;
    let read = forward(&client, std::io::stdin().lock());
    println!("{}", client.shutdown(Duration::from_secs(5))); // also where reading failed
    Ok(read?)
}

/// An exposure is what the plan calls an experiment.
fn client(segment: Segment) -> Result<Client, taxogen::Error> {
    let policy = ExposurePolicy::by_plan(experiments::DECISIONS);
    Client::builder().to(segment).exposures(policy).build()
}

/// Takes one notification of Optimizely on each line.
fn forward(client: &Client, notifications: impl BufRead) -> std::io::Result<()> {
    for line in notifications.lines() {
        match Decision::from_json(&line?) {
            Ok(Some(decision)) => _ = client.decided(&decision),
            Ok(None) => {} // of another type than `flag`
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}
