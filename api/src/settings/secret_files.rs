//! Secrets from files, as Kubernetes and Compose mount them: every secret setting `NAME` can be given as `NAME_FILE`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::secret_file;
use crate::start_error::StartError;

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
        match secret_file::read(path) {
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
