//! Reads settings from the command line and the environment.

use std::error::Error;

use clap::error::{ContextKind, ErrorKind};
use clap::{Arg, Command, Parser};

use crate::start_error::StartError;

/// Reads a command line that contains [`Settings`](super::Settings). An empty environment variable counts as not set.
/// Like [`Parser::parse`], it ends the process for `--help` and for wrong usage.
///
/// # Errors
/// When a setting has a value that it does not take.
pub fn parse<C: Parser>() -> Result<C, StartError> {
    let mut command = C::command().mut_args(|arg| match arg.get_env() {
        Some(name) if std::env::var_os(name).is_some_and(|value| value.is_empty()) => arg.env(None),
        // The help says once that there is a variable for every flag.
        _ => arg.hide_env(true),
    });
    let parsed = command
        .try_get_matches_from_mut(std::env::args_os())
        .and_then(|matches| C::from_arg_matches(&matches));
    parsed.map_err(|error| invalid_setting(&error, &command).unwrap_or_else(|| error.exit()))
}

/// The setting whose value is wrong, if that is the error.
fn invalid_setting(error: &clap::Error, command: &Command) -> Option<StartError> {
    if !matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue) {
        return None;
    }
    let context = |kind| error.get(kind).map(ToString::to_string);
    let flag = context(ContextKind::InvalidArg)?;
    let arg = command.get_arguments().find(|arg| arg.to_string() == flag)?;
    let name = variable(arg)?;
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

/// The variable of a flag, which has the same name.
fn variable(arg: &Arg) -> Option<String> {
    Some(arg.get_long()?.replace('-', "_").to_uppercase())
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
            assert_eq!(variable(arg).as_deref(), env, "{arg}");
        }
    }
}
