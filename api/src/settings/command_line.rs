//! Reads settings from the command line and the environment.

use std::error::Error;
use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgMatches, Command, Parser};
use http_server::ignore_empty_variables;

use super::secret_files;
use crate::start_error::StartError;

/// Reads a command line that contains [`Settings`](super::Settings). An empty environment variable counts as not set. A
/// secret can also come from a file. Like [`Parser::parse`], it ends the process for `--help` and for wrong usage.
///
/// # Errors
/// When a setting has a value that it does not take, or a file with a secret is not used.
pub fn parse<C: Parser>() -> Result<C, StartError> {
    // The help says once that there is a variable for every flag.
    let command = secret_files::add_flags(C::command()).mut_args(|arg| arg.hide_env(true));
    let mut command = ignore_empty_variables(command);
    let mut arguments: Vec<_> = std::env::args_os().collect();
    let matches = matches(&mut command, &arguments)?;
    let secrets = secret_files::read(&command, &matches)?;
    // Before any subcommand.
    let first = arguments.len().min(1);
    arguments.splice(first..first, secrets.iter().map(|secret| secret.flag.clone()));
    let matches = match self::matches(&mut command, &arguments) {
        Err(StartError::InvalidSecret { name, expected }) if secrets.iter().any(|secret| secret.name == name) => {
            let name = format!("{name}_FILE");
            return Err(StartError::InvalidSecret { name, expected });
        }
        matches => matches?,
    };
    Ok(C::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()))
}

fn matches(command: &mut Command, arguments: &[OsString]) -> Result<ArgMatches, StartError> {
    let matches = command.try_get_matches_from_mut(arguments);
    matches.map_err(|error| invalid_setting(&error, command).unwrap_or_else(|| error.exit()))
}

/// The setting whose value is wrong, if that is the error.
fn invalid_setting(error: &clap::Error, command: &Command) -> Option<StartError> {
    if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let context = |kind| error.get(kind).map(ToString::to_string);
    let flag = context(ContextKind::InvalidArg)?;
    let arg = command.get_arguments().find(|arg| arg.to_string() == flag)?;
    let name = secret_files::variable(arg.get_long()?);
    let expected = match error.source() {
        Some(source) => source.to_string(),
        None => format!("one of {}", context(ContextKind::ValidValue)?),
    };
    Some(if arg.is_hide_env_values_set() {
        StartError::InvalidSecret { name, expected }
    } else {
        let value = context(ContextKind::InvalidValue)?;
        StartError::InvalidSetting { name, expected, value }
    })
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;
    use crate::settings::Settings;

    #[test]
    fn every_variable_has_the_name_of_its_flag() {
        for arg in Settings::augment_args(Command::new("api")).get_arguments() {
            let env = arg.get_env().and_then(|name| name.to_str());
            assert_eq!(arg.get_long().map(secret_files::variable).as_deref(), env, "{arg}");
        }
    }
}
