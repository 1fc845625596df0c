//! The most common breached passwords. `list/README.md` says where they come from.

use std::sync::LazyLock;

use fastbloom::BloomFilter;

use crate::filter::{self, WORDS};

static WORDS_OF_LIST: &[u8; WORDS * 8] = include_bytes!(concat!(env!("OUT_DIR"), "/filter"));

static LIST: LazyLock<BloomFilter> = LazyLock::new(|| {
    let (words, _) = WORDS_OF_LIST.as_chunks();
    filter::with_words(words.iter().copied().map(u64::from_le_bytes).collect())
});

/// Whether a password is on the list, whatever the case of its letters. Of a million others, fewer than one is taken
/// for a listed one.
#[must_use]
pub fn is_common(password: &str) -> bool {
    // The list has only ASCII, in lower case.
    LIST.contains(password.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn list() -> String {
        let mut list = String::new();
        let packed = include_bytes!("../list/passwords.txt.gz");
        GzDecoder::new(&packed[..]).read_to_string(&mut list).expect("a list");
        list
    }

    #[test]
    fn filter_is_made_of_the_list_and_nothing_else() {
        let list = list();
        assert_eq!(list.lines().count(), 474_743);
        let mut filter = filter::with_words(vec![0; WORDS]);
        for password in list.lines() {
            let is_plain = password.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            assert!(
                password.len() >= 8 && is_plain && !password.contains(char::is_uppercase),
                "{password}"
            );
            filter.insert(password);
        }
        assert_eq!(filter, *LIST);
    }

    #[test]
    fn listed_passwords_are_found_whatever_their_case() {
        for listed in ["password", "12345678", "trustno1", "TrustNo1", "PASSWORD"] {
            assert!(is_common(listed), "{listed}");
        }
        for other in [
            "",
            "correct horse battery staple",
            " password",
            "password ",
            "pässword",
            "xK9#mQ2$vL",
        ] {
            assert!(!is_common(other), "{other}");
        }
        // Substrings do not count.
        assert!(!is_common("passwordpasswordpasswordpassword1"));
    }

    #[test]
    fn false_positives_are_fewer_than_one_in_a_million() {
        let ones: u32 = LIST.iter().map(u64::count_ones).sum();
        let density = f64::from(ones) / f64::from(u32::try_from(LIST.num_bits()).expect("a small filter"));
        let hashes = i32::try_from(LIST.num_hashes()).expect("a few hashes");
        assert!(density.powi(hashes) < 1e-6, "{density}");
        // The hashes of one password depend on each other, so look as well. The expected number is 0.14.
        let found = (0..200_000)
            .filter(|number| is_common(&format!("not on the list {number}")))
            .count();
        assert!(found <= 1, "{found}");
    }
}
