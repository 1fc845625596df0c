//! Secrets from files, as Kubernetes and Compose mount them: every secret setting `NAME` can be given as `NAME_FILE`.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::start_error::StartError;

/// More than any secret has.
const MAX_BYTES: u64 = 64 * 1024;

/// Why a file with a secret is not used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each variant has its message")]
pub enum SecretFileError {
    #[error("it is not a file")]
    NotAFile,
    #[error("it belongs to another user; run chown root on it")]
    OtherOwner,
    #[error(
        "other users can read or change it (mode {0:03o}); run chmod 600 on it, or 640 if its group is the server's"
    )]
    Open(u32),
    #[error("it is empty; write the value into it")]
    Empty,
    #[error("it is larger than 64 KiB; write only the value into it")]
    TooLarge,
    #[error("it is not text in UTF-8")]
    NotText,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A secret that was read from a file.
pub(super) struct Secret {
    /// The name of the setting, without `_FILE`.
    pub(super) name: String,
    /// The setting as a flag with its value.
    pub(super) flag: OsString,
}

/// Adds the flag `--NAME-file` for each secret setting.
pub(super) fn add_flags(command: Command) -> Command {
    let secrets: Vec<_> = command.get_arguments().filter_map(secret_flag).collect();
    let files = secrets.into_iter().map(|flag| {
        let name = variable(&flag);
        Arg::new(file_id(&flag))
            .long(format!("{flag}-file"))
            .env(format!("{name}_FILE"))
            .value_name("FILE")
            .value_parser(path)
            .help(format!("File that contains {name}"))
    });
    command.args(files)
}

/// Reads the secrets that are given as files.
///
/// # Errors
/// When one is also given as a value, or its file is not used.
pub(super) fn read(command: &Command, matches: &ArgMatches) -> Result<Vec<Secret>, StartError> {
    let mut secrets = Vec::new();
    for arg in command.get_arguments() {
        let Some(flag) = secret_flag(arg) else { continue };
        let Some(path) = matches.get_one::<PathBuf>(&file_id(&flag)) else {
            continue;
        };
        let name = variable(&flag);
        let source = matches.value_source(arg.get_id().as_str());
        if matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable)) {
            return Err(StartError::SecretTwice { name });
        }
        match read_file(path) {
            Ok(value) => secrets.push(Secret {
                name,
                flag: format!("--{flag}={value}").into(),
            }),
            Err(source) => {
                let path = path.clone();
                return Err(StartError::SecretFile { name, path, source });
            }
        }
    }
    Ok(secrets)
}

/// The flag of a setting, if it is secret.
fn secret_flag(arg: &Arg) -> Option<String> {
    let flag = arg.get_long().filter(|_| arg.is_hide_env_values_set());
    flag.map(str::to_owned)
}

fn file_id(flag: &str) -> String {
    format!("{flag}-file")
}

/// The variable of a flag, which has the same name.
pub(super) fn variable(flag: &str) -> String {
    flag.replace('-', "_").to_uppercase()
}

fn path(text: &str) -> Result<PathBuf, &'static str> {
    Some(text)
        .filter(|text| !text.is_empty())
        .map(PathBuf::from)
        .ok_or("a file such as /run/secrets/secret_key")
}

/// The content of a file, without the newline at its end.
fn read_file(path: &Path) -> Result<String, SecretFileError> {
    // A pipe would block when it is opened.
    if !fs::metadata(path)?.is_file() {
        return Err(SecretFileError::NotAFile);
    }
    let file = File::open(path)?;
    // The file at the path may be another one by now.
    check(&file, &file.metadata()?)?;
    let mut content = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_BYTES {
        return Err(SecretFileError::TooLarge);
    }
    let content = String::from_utf8(content).map_err(|_| SecretFileError::NotText)?;
    let value = content.strip_suffix('\n').unwrap_or(&content);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.trim().is_empty() {
        return Err(SecretFileError::Empty);
    }
    Ok(value.to_owned())
}

/// Checks that no other user can change the file, nor read it unless its group is trusted. Kubernetes and Compose mount
/// secrets read-only and, by default, readable by every user of the container, who is only the server.
fn check(file: &File, metadata: &Metadata) -> Result<(), SecretFileError> {
    if !metadata.is_file() {
        return Err(SecretFileError::NotAFile);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        use rustix::fs::{StatVfsMountFlags, fstatvfs};

        let mount = fstatvfs(file).map_err(io::Error::from)?;
        if mount.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Ok(());
        }
        if ![0, rustix::process::geteuid().as_raw()].contains(&metadata.uid()) {
            return Err(SecretFileError::OtherOwner);
        }
        let mode = metadata.mode() & 0o777;
        if mode & 0o026 != 0 {
            return Err(SecretFileError::Open(mode));
        }
    }
    Ok(())
}
