#![no_main]

libfuzzer_sys::fuzz_target!(|input: ((u8, u16, u8, u8), &[u8], u8, &str)| {
    let (numbers, salt, digest, password) = input;
    properties::argon2(numbers, salt, digest, password);
});
