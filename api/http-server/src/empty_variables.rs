use clap::Command;

/// Makes empty environment variables count as not set.
#[must_use]
pub fn ignore_empty_variables(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let is_empty = arg
            .get_env()
            .and_then(std::env::var_os)
            .is_some_and(|value| value.is_empty());
        if is_empty { arg.env(None) } else { arg }
    });
    command.mut_subcommands(ignore_empty_variables)
}
