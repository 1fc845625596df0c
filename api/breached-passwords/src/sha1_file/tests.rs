use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::NamedTempFile;

use super::*;

fn file(content: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content).expect("the file is written");
    file
}

fn open(content: &[u8]) -> Result<Sha1File, FileError> {
    Sha1File::open(file(content).path())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Digests in ascending order, evenly spread.
fn digests(number: u16) -> impl Iterator<Item = Digest> {
    (0..number).map(move |index| {
        let mut digest = Digest::default();
        let high = u32::from(index) * (0xffff / u32::from(number).max(1));
        digest[..4].copy_from_slice(&(high << 16 | 7).to_be_bytes());
        digest
    })
}

fn lines(number: u16) -> Vec<String> {
    digests(number)
        .map(|digest| format!("{}:3\r\n", hex(&digest)))
        .collect()
}

#[test]
fn passwords_are_found_by_the_digest_of_their_bytes() {
    let lines = [
        "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:52256179\r\n",
        "B1B3773A05C0ED0176787A4F1574FF0075F7521E:21969901\r\n",
        "FBC1E6B01F1C0F28CD4ECED4FFA5F7F0F4B8A9C3:1",
    ];
    let file = open(lines.concat().as_bytes()).expect("a file");
    for (password, expected) in [
        ("password", true),
        ("qwerty", true),
        ("Password", false),
        ("password ", false),
        ("", false),
    ] {
        assert_eq!(file.contains(password).expect("an answer"), expected, "{password}");
    }
}

#[test]
fn file_that_is_something_else_is_refused() {
    let lines = lines(1000);
    let sorted = lines.concat();
    let reversed = lines.iter().rev().map(String::as_str).collect::<String>();
    let [mut last_first, mut one_moved] = [lines.clone(), lines.clone()];
    last_first.rotate_right(1);
    one_moved.swap(0, 999);
    let hash = &sorted[..40];
    let long = "1".repeat(LONGEST_LINE);
    for (content, expected) in [
        ("", "it is empty"),
        (&reversed, "not in ascending order"),
        (&last_first.concat(), "not in ascending order"),
        (&one_moved.concat(), "not in ascending order"),
        (&format!("{sorted}{sorted}"), "not in ascending order"),
        ("8846F7EAEE8FB117AD06BDD830B7586C:3\n", "NTLM"),
        ("8846f7eaee8fb117ad06bdd830b7586c", "NTLM"),
        ("\n", "40 hexadecimal digits"),
        ("password\n123456\n", "40 hexadecimal digits"),
        (&format!("\u{feff}{sorted}"), "40 hexadecimal digits"),
        (&format!("{sorted}\n"), "40 hexadecimal digits"),
        (&format!("{sorted}{hash}:"), "40 hexadecimal digits"),
        (&format!("{sorted}# the end"), "40 hexadecimal digits"),
        (&format!("{hash}:3 \n"), "40 hexadecimal digits"),
        (&format!("{hash}:many\n"), "40 hexadecimal digits"),
        (&format!("{hash}0:3\n"), "40 hexadecimal digits"),
        (&format!("{}G:3\n", &hash[..39]), "40 hexadecimal digits"),
        (&format!("{hash}:{long}\n"), "40 hexadecimal digits"),
        (&format!("{hash}:{long}"), "40 hexadecimal digits"),
        (&format!("{hash}:3\r\n{hash}:{long}\r\n"), "40 hexadecimal digits"),
        (&"0".repeat(100_000), "40 hexadecimal digits"),
    ] {
        let error = open(content.as_bytes()).expect_err("it is refused").to_string();
        let start: String = content.chars().take(60).collect();
        assert!(error.contains(expected), "{start:?}: {error}");
    }
    assert!(open(sorted.as_bytes()).is_ok());
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    for path in [folder.path(), &pipe, &PathBuf::from("/dev/zero")] {
        assert!(matches!(Sha1File::open(path), Err(FileError::NotAFile)), "{path:?}");
    }
    let missing = Sha1File::open(&folder.path().join("missing"));
    assert!(matches!(missing, Err(FileError::Io(error)) if error.kind() == io::ErrorKind::NotFound));
}

#[test]
fn renamed_and_deleted_file_is_still_searched() {
    let content = lines(1000).concat();
    let file = file(content.as_bytes());
    let opened = Sha1File::open(file.path()).expect("a file");
    fs::write(file.path().with_extension("new"), "something else").expect("a file");
    fs::rename(file.path().with_extension("new"), file.path()).expect("the file is replaced");
    drop(file);
    for digest in digests(1000) {
        assert!(opened.contains_digest(&digest).expect("an answer"));
    }
}

#[test]
fn file_that_breaks_gives_an_error() {
    let content = lines(1000).concat();
    let wanted = digests(1000).nth(700).expect("a digest");
    let at = 700 * lines(1000)[0].len();
    let mut scratched = content.clone().into_bytes();
    scratched[at..at + 10].fill(b'#');
    let mut merged = content.clone().into_bytes();
    for byte in &mut merged[at..at + 5000] {
        *byte = b'0';
    }
    for (broken, expected) in [
        (&content.as_bytes()[..content.len() / 2], "length has changed"),
        (&[content.as_bytes(), b"\n"].concat(), "length has changed"),
        (b"", "length has changed"),
        (&scratched, "40 hexadecimal digits"),
        (&merged, "40 hexadecimal digits"),
    ] {
        let file = file(content.as_bytes());
        let opened = Sha1File::open(file.path()).expect("a file");
        fs::write(file.path(), broken).expect("the file is overwritten");
        let error = opened.contains_digest(&wanted).expect_err("an error").to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(char::is_numeric) || expected.contains("40"), "{error}");
    }
}

#[test]
fn padding_is_not_breached() {
    let [first, second, third] = [1, 2, 3].map(|byte| hex(&[byte; 20]));
    let file = open(format!("{first}:0\n{second}:00\n{third}:10\n").as_bytes()).expect("a file");
    for (byte, expected) in [(1, false), (2, false), (3, true)] {
        assert_eq!(
            file.contains_digest(&[byte; 20]).expect("an answer"),
            expected,
            "{byte}"
        );
    }
}

/// A digest that shares most of its bytes with others.
fn similar_digest() -> impl Strategy<Value = Digest> {
    (0_usize..20, any::<u8>(), any::<[u8; 2]>()).prop_map(|(same, fill, different)| {
        let mut digest = [0x5a; 20];
        digest[same..].fill(fill);
        digest[18..].copy_from_slice(&different);
        digest
    })
}

fn digest() -> impl Strategy<Value = Digest> {
    prop_oneof![any::<Digest>(), similar_digest()]
}

/// What follows the digest in a line, and whether the digest is in lower case.
fn form() -> impl Strategy<Value = (bool, String)> {
    let count = prop_oneof![
        Just(String::new()),
        "(:[1-9][0-9]{0,8})",
        "(:[0-9]{70,80}1)",
        Just(":0".to_owned())
    ];
    let end = prop_oneof![Just("\n"), Just("\r\n")];
    (any::<bool>(), (count, end).prop_map(|(count, end)| count + end))
}

proptest! {
    #[test]
    fn bisection_agrees_with_reading_every_line(
        listed in vec((digest(), form()), 1..400),
        others in vec(digest(), 50),
        has_end in any::<bool>(),
    ) {
        let listed: BTreeMap<_, _> = listed.into_iter().collect();
        let mut content = String::new();
        for (digest, (is_lower_case, rest)) in &listed {
            let hash = hex(digest);
            content += &if *is_lower_case { hash.to_lowercase() } else { hash };
            content += rest;
        }
        let content = if has_end { &content } else { content.trim_end() };
        let file = open(content.as_bytes()).expect("a file");
        let lines = content.lines().map(|line| (line[..40].to_uppercase(), !line.ends_with(":0")));
        let lines: HashMap<_, _> = lines.collect();
        for digest in listed.keys().chain(&others) {
            let hash = hex(digest);
            let expected = lines.get(&hash).is_some_and(|is_breached| *is_breached);
            prop_assert_eq!(file.contains_digest(digest).expect("an answer"), expected, "{}", hash);
        }
    }
}
