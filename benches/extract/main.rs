//! What it takes to find the code or link in a mail: `cargo bench --bench extract`. CPU time; the target is 1 ms for an HTML
//! mail of 50 kB.
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../engine/cpu.rs"]
mod cpu;

use std::time::Duration;

use criterion::{Criterion, Throughput};
use onramp::mail::{Extract, Taken};
use serde_json::{Value, json};

use cpu::CpuTime;

const SIZE: usize = 50_000;

/// A mail of Appwrite's with more of its own rows below, as newsletters have them.
fn mail() -> Vec<u8> {
    let file =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/mail/email-appwrite.jsonl")).unwrap();
    let cases = file.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let case = cases.into_iter().find(|case| case["lang"] == "en" && case["expected_code"].is_string()).unwrap();
    let html = case["html"].as_str().unwrap();
    let row = "<table><tr><td style=\"padding: 4px 12px; color: #616b7c\"><a href=\"https://nimbus.example/terms\">Terms</a>\
        <p>You get this mail because of your account at Nimbus, 251 Little Falls Drive.</p></td></tr></table>\n";
    let rows = row.repeat((SIZE - html.len()) / row.len());
    let head = "Subject: OTP for Nimbus Login\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
    format!("{head}{}", html.replace("</body>", &format!("{rows}</body>"))).into_bytes()
}

fn extraction(criterion: &mut Criterion<CpuTime>) {
    let mail = mail();
    let mut group = criterion.benchmark_group("HTML mail of 50 kB (target: 1 ms)");
    group.throughput(Throughput::Elements(1));
    for (name, extract) in [
        ("code", json!("code")),
        ("link", json!("link")),
        ("css", json!({"css": "p[style*=letter-spacing]"})),
        ("regex", json!({"regex": "OTP (\\d+)"})),
    ] {
        let extract = Extract::parse(&extract).unwrap();
        let taken = extract.explain(&mail).outcome;
        assert!(name == "link" || matches!(taken, Taken::One(_)), "{name}: {taken:?}");
        group.bench_function(name, |bencher| bencher.iter(|| extract.explain(&mail)));
    }
    group.finish();
}

fn main() {
    let criterion = Criterion::default().sample_size(50).warm_up_time(Duration::from_millis(500));
    let mut criterion =
        criterion.measurement_time(Duration::from_secs(2)).configure_from_args().with_measurement(CpuTime);
    extraction(&mut criterion);
    criterion.final_summary();
}
