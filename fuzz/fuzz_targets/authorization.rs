#![no_main]

libfuzzer_sys::fuzz_target!(|value: &[u8]| properties::authorization(value));
