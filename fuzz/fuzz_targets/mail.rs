#![no_main]

#[allow(dead_code)]
#[path = "../../tests/it/hostile/judge.rs"]
mod judge;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| judge::mail(bytes));
