//! Alone in its process, so that the threads counted are its own.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use taxogen_sandbox::{Fault, Sandbox, Vendor};

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("Linux lists the threads").count()
}

/// A joined thread stays in the list for a moment.
fn comes_down_to(expected: usize) -> bool {
    let end = Instant::now() + Duration::from_secs(5);
    while threads() != expected && Instant::now() < end {
        std::thread::yield_now();
    }
    threads() == expected
}

#[test]
fn a_dropped_sandbox_leaves_no_thread() {
    let before = threads();
    for _ in 0..20 {
        let sandbox = Sandbox::start().expect("a port is free");
        sandbox.fault(Vendor::Segment, Fault::Hang);
        let mut hanging = TcpStream::connect(sandbox.address()).expect("the sandbox listens");
        hanging.write_all(b"POST /v1/batch HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}").expect("the sandbox reads");
        let idle = TcpStream::connect(sandbox.address()).expect("the sandbox listens");
        while sandbox.summary(Vendor::Segment).requests == 0 {
            std::thread::yield_now();
        }
        assert!(threads() > before);
        sandbox.pause();
        assert!(comes_down_to(before));
        sandbox.resume().expect("the port is still free");
        drop(sandbox);
        assert!(comes_down_to(before));
        assert_eq!(hanging.read(&mut [0]).unwrap_or_default(), 0);
        drop(idle);
    }
}
