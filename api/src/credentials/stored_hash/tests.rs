use super::*;

/// Made by other software, see the file.
const VECTORS: &str = include_str!("vectors.txt");
const PASSWORD: &str = "Grüße vom Kölner Dom 🦀";
/// What bcrypt of Python makes of eighty times `a`.
const BCRYPT_OF_80: &str = "$2b$05$abcdefghijklmnopqrstuuGUnCqbfgs3htOkLrFduUjAyLBw1Rq/u";

fn hashes() -> impl Iterator<Item = &'static str> {
    VECTORS.lines().filter_map(|line| Some(line.split_once('\t')?.1))
}

fn fits(hash: &str, password: &str) -> bool {
    let hash = StoredHash::parse(hash).expect("a hash");
    hash.digest_of(password, &mut Memory::with_argon2(0)) == hash.digest
}

fn refused(hash: &str) -> Option<InvalidHash> {
    StoredHash::parse(hash).err()
}

#[test]
fn hashes_of_other_software_fit_their_password_alone() {
    assert_eq!(hashes().count(), 16);
    for hash in hashes() {
        assert!(fits(hash, PASSWORD), "{hash}");
        assert!(!fits(hash, "Grüße vom Kölner Dom") && !fits(hash, ""), "{hash}");
    }
}

#[test]
fn text_is_the_setting_and_the_digest() {
    for text in hashes() {
        let hash = StoredHash::parse(text).expect("a hash");
        assert_eq!(hash.with_digest(&hash.digest), text);
        let other = StoredHash::parse(&hash.with_digest(&vec![7; hash.digest.len()])).expect("a hash");
        assert!(other.has_setting_of(&hash), "{text}");
    }
}

/// As the published implementations do.
#[test]
fn bcrypt_reads_72_bytes_up_to_the_first_nul() {
    for (password, expected) in [
        ("a".repeat(80), true),
        ("a".repeat(72), true),
        ("a".repeat(72) + "b", true),
        ("a".repeat(71), false),
        ("a".repeat(71) + "b", false),
    ] {
        assert_eq!(fits(BCRYPT_OF_80, &password), expected, "{}", password.len());
    }
    let of_a = "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe";
    let of_nothing = "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.";
    assert!(fits(of_a, "a") && fits(of_a, "a\0b") && !fits(of_a, "b"));
    assert!(fits(of_nothing, "") && fits(of_nothing, "\0a"));
}

/// bcrypt and HMAC do.
#[test]
fn decoy_ignores_nothing_of_a_password() {
    let long = "a".repeat(72);
    for text in hashes() {
        let hash = StoredHash::parse(text).expect("a hash").for_decoy();
        let held = |password: &str| {
            let digest = hash.digest_of(password, &mut Memory::with_argon2(0));
            hash.bind(&digest, password)
        };
        assert_ne!(held("a"), held("a\0"), "{text}");
        assert_ne!(held(&format!("{long}b")), held(&format!("{long}c")), "{text}");
        let text = hash.with_digest(&held("a"));
        let parsed = StoredHash::parse(&text).expect("a hash");
        assert_eq!(parsed.with_digest(&parsed.digest), text);
        // Nobody can import such a hash.
        assert_eq!(check_hash(&text).is_err(), text.starts_with(BOUND), "{text}");
    }
}

#[test]
fn unknown_and_malformed_hashes_are_refused() {
    use InvalidHash::{Malformed, UnknownKind};
    let digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (hash, reason) in [
        (String::new(), UnknownKind),
        ("5f4dcc3b5aa765d61d8327deb882cf99".to_owned(), UnknownKind),
        ("pbkdf2_sha1$1000$salt$AAAAAAAAAAAAAAAAAAAAAA==".to_owned(), UnknownKind),
        ("$1$salt$qJH7.N4xYta3aEG/dfqo/0".to_owned(), UnknownKind),
        (
            "$2x$05$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya".to_owned(),
            UnknownKind,
        ),
        (
            format!("$argon2d$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw${digest}"),
            UnknownKind,
        ),
        // The digest is missing, short, or of other characters.
        (
            "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw".to_owned(),
            Malformed,
        ),
        (
            "$argon2id$v=19$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$AAAAAAAA".to_owned(),
            Malformed,
        ),
        (
            "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$AAAA".to_owned(),
            Malformed,
        ),
        ("pbkdf2_sha256$1000$salt$not base64".to_owned(), Malformed),
        ("pbkdf2_sha256$1000$salt$".to_owned(), Malformed),
        // Parameters that the function does not take.
        (
            format!("$argon2id$v=18$m=64,t=1,p=1$AAECAwQFBgcICQoLDA0ODw${digest}"),
            Malformed,
        ),
        (
            format!("$argon2id$v=19$m=1,t=1,p=1$AAECAwQFBgcICQoLDA0ODw${digest}"),
            Malformed,
        ),
        (
            format!("$scrypt$ln=0,r=8,p=1$AAECAwQFBgcICQoLDA0ODw${digest}"),
            Malformed,
        ),
        (format!("$scrypt$ln=10,p=1$AAECAwQFBgcICQoLDA0ODw${digest}"), Malformed),
        (format!("scrypt$1000$salt$8$1${digest}="), Malformed),
        (format!("pbkdf2_sha256$0$salt${digest}="), Malformed),
        (format!("pbkdf2_sha256$-1$salt${digest}="), Malformed),
        (format!("pbkdf2_sha256$1000$${digest}="), Malformed),
        (
            "$2b$03$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya".to_owned(),
            Malformed,
        ),
        (
            "$2b$05$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPly".to_owned(),
            Malformed,
        ),
        (
            "pbkdf2_sha256$1000$s\0lt$AAAAAAAAAAAAAAAAAAAAAA==".to_owned(),
            Malformed,
        ),
        (
            format!("$scrypt$ln=10,r=8,p=1,x=\0$AAECAwQFBgcICQoLDA0ODw${digest}"),
            Malformed,
        ),
        ("$2b$05$ü".to_owned(), Malformed),
        (format!("pbkdf2_sha256$1000${}${digest}=", "s".repeat(600)), Malformed),
    ] {
        assert_eq!(refused(&hash), Some(reason), "{hash}");
    }
}

/// The largest that is allowed, and the next one.
#[test]
fn expensive_hashes_are_refused_before_they_run() {
    let digest = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let salt = "AAECAwQFBgcICQoLDA0ODw";
    let too_expensive = Some(InvalidHash::TooExpensive);
    for (allowed, refused_hash) in [
        (
            format!("$argon2id$v=19$m=262144,t=8,p=64${salt}${digest}"),
            format!("$argon2id$v=19$m=262145,t=1,p=1${salt}${digest}"),
        ),
        (
            format!("$argon2id$v=19$m=262144,t=8,p=1${salt}${digest}"),
            format!("$argon2id$v=19$m=262144,t=9,p=1${salt}${digest}"),
        ),
        (
            format!("$argon2i$v=19$m=1024,t=2048,p=1${salt}${digest}"),
            format!("$argon2i$v=19$m=1024,t=4294967295,p=1${salt}${digest}"),
        ),
        (
            format!("$argon2id$v=19$m=1024,t=1,p=64${salt}${digest}"),
            format!("$argon2id$v=19$m=1024,t=1,p=65${salt}${digest}"),
        ),
        (
            "$2b$14$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya".to_owned(),
            "$2b$15$abcdefghijklmnopqrstuu7Pw/zb60ckXULDQQIjFFmQNXbVnPlya".to_owned(),
        ),
        (
            format!("$scrypt$ln=18,r=8,p=4${salt}${digest}"),
            format!("$scrypt$ln=18,r=8,p=5${salt}${digest}"),
        ),
        (
            format!("scrypt$262144$salt$8$1${digest}="),
            format!("scrypt$524288$salt$8$1${digest}="),
        ),
        (
            format!("$scrypt$ln=10,r=8,p=1${salt}${digest}"),
            format!("$scrypt$ln=63,r=8,p=1${salt}${digest}"),
        ),
        (
            format!("$scrypt$ln=1,r=8,p=1${salt}${digest}"),
            format!("$scrypt$ln=1,r=4294967295,p=4294967295${salt}${digest}"),
        ),
        // One block for each lane, all in memory at once.
        (
            format!("$scrypt$ln=1,r=1,p=2097152${salt}${digest}"),
            format!("$scrypt$ln=1,r=1,p=2097153${salt}${digest}"),
        ),
        (
            format!("pbkdf2_sha256$5000000$salt${digest}="),
            format!("pbkdf2_sha256$5000001$salt${digest}="),
        ),
        (
            format!("$pbkdf2-sha512$i=5000000,l=32${salt}${digest}"),
            format!("$pbkdf2-sha512$i=99999999999,l=32${salt}${digest}"),
        ),
        // A digest of two blocks takes twice the time.
        (
            format!("$pbkdf2-sha256$i=2500000${salt}${}", "A".repeat(86)),
            format!("$pbkdf2-sha256$i=2500001${salt}${}", "A".repeat(86)),
        ),
    ] {
        assert_eq!(refused(&allowed), None, "{allowed}");
        assert_eq!(refused(&refused_hash), too_expensive, "{refused_hash}");
    }
}
