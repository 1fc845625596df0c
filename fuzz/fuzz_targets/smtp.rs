#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| mailer_mock::testing::smtp(input));
