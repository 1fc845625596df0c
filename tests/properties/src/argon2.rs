use api::testing::argon2_digests;
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};

const KINDS: [&str; 4] = ["argon2id$v=19", "argon2id$v=16", "argon2i$v=19", "argon2i$v=16"];

/// Checks that both implementations of argon2 compute the same digest. Numbers and lengths are brought into the range
/// of small hashes that the server verifies.
///
/// # Panics
/// If the property does not hold.
pub fn argon2((kind, m_kib, t, p): (u8, u16, u8, u8), salt: &[u8], digest: u8, password: &str) {
    let kind = KINDS[usize::from(kind) % KINDS.len()];
    let (t, p) = (1 + t % 4, 1 + u16::from(p) % 5);
    let m_kib = 8 * p + m_kib % 2048;
    let mut salt = salt[..salt.len().min(48)].to_vec();
    salt.resize(salt.len().max(8), 0);
    let digest = vec![0; 16 + usize::from(digest) % 49];
    let [salt, digest] = [salt, digest].map(|bytes| BASE64_STANDARD_NO_PAD.encode(bytes));
    check(&format!("${kind}$m={m_kib},t={t},p={p}${salt}${digest}"), password);
}

fn check(hash: &str, password: &str) {
    let [reference, fast] = argon2_digests(hash, password).expect("a hash that the server verifies");
    assert_eq!(reference, fast, "{hash} {password:?}");
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn both_implementations_compute_the_same_digest(
            numbers: (u8, u16, u8, u8),
            salt in vec(any::<u8>(), 0..=48),
            digest: u8,
            password: String,
        ) {
            argon2(numbers, &salt, digest, &password);
        }
    }

    #[test]
    fn both_implementations_compute_the_same_digest_with_the_default_parameters() {
        let setting =
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for password in ["", "correct horse battery staple"] {
            check(setting, password);
        }
    }

    #[test]
    fn associated_data_counts_in_both_implementations() {
        let hash = |data| format!("$argon2id$v=19$m=64,t=1,p=1{data}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA");
        check(&hash(",data=AAAA"), "secret");
        assert_ne!(
            argon2_digests(&hash(",data=AAAA"), "secret"),
            argon2_digests(&hash(""), "secret")
        );
    }

    #[test]
    fn expensive_hash_reaches_no_implementation() {
        for parameters in [
            "m=4294967295,t=1,p=1",
            "m=262145,t=1,p=1",
            "m=262144,t=9,p=1",
            "m=8192,t=1,p=65",
        ] {
            let hash = format!("$argon2id$v=19${parameters}$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA");
            assert_eq!(argon2_digests(&hash, "secret"), None, "{hash}");
        }
    }
}
