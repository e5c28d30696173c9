//! The program: its exit status and its words.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

fn toss_sim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_toss-sim"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn wrong_usage_ends_with_2_and_one_readable_line() {
    for arguments in [&["--scenario", "nobody"][..], &["--port", "x"], &["--what"]] {
        let output = toss_sim(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
    let message = String::from_utf8(toss_sim(&["--scenario", "nobody"]).stderr).unwrap();
    assert_eq!(message.lines().count(), 1);
    assert!(message.contains("account_never_paid"), "{message}");
}

#[test]
fn a_taken_port_ends_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = toss_sim(&["--port", &port]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), message.lines().count()),
        (Some(1), 1),
        "{message}"
    );
    assert!(message.contains(&port));
}

#[test]
fn stories_are_listed() {
    let output = toss_sim(&["--list"]);
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("order-never-paid")
    );
}

#[test]
fn it_says_where_it_listens_and_serves_a_month_that_ended_yesterday() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_toss-sim"))
        .args(["--port", "0", "--seed", "3"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: Vec<String> = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap)
        .take_while(|line| !line.starts_with("control"))
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        lines[0].starts_with("listening on    http://127.0.0.1:"),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.contains("live_sk_")),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("scenario        month from ")),
        "{lines:?}"
    );
}
