#![no_main]

libfuzzer_sys::fuzz_target!(|value: &[u8]| api::fuzzing::authorization(value));
