//! Where everything runs: a temporary folder, and loopback addresses that nothing else uses.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tests::{drop_privileges, give_away};

use tests::Outcome;

/// Ends all programs of the run, however the run ends.
const JANITOR: &str = include_str!("janitor.sh");

/// The ports of the configuration files. Each program has an address of its own, so the ports are those of production.
const PORTS: [u16; 6] = [2379, 2380, 5000, 5432, 8000, 8008];

/// The passwords of the run, and the number of the address of each name in the configuration files.
const PASSWORDS: [&str; 3] = ["POSTGRES_PASSWORD", "REPLICATION_PASSWORD", "REWIND_PASSWORD"];
pub(crate) const ADDRESSES: [(&str, u8); 6] = [
    ("NODE1", 1),
    ("NODE2", 2),
    ("NODE3", 3),
    ("SERVER1", 11),
    ("SERVER2", 12),
    ("BALANCER", 20),
];

/// The folder and the addresses.
pub(crate) struct Site {
    pub(crate) folder: PathBuf,
    block: [u8; 2],
    janitor: Child,
}

impl Site {
    pub(crate) fn create() -> Outcome<Self> {
        let folder = tempfile::Builder::new().prefix("ha-").tempdir()?.keep();
        give_away(&folder);
        let janitor = Command::new("sh")
            .args(["-c", JANITOR, "janitor.sh"])
            .arg(&folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            // What ends the run must not end the janitor.
            .process_group(0)
            .spawn()?;
        let blocks = (0..250).map(|number| {
            let number = (std::process::id() + number) % (250 * 250);
            [1 + number / 250, 1 + number % 250].map(|byte| u8::try_from(byte).unwrap_or(1))
        });
        let free = |block: &[u8; 2]| {
            ADDRESSES.iter().all(|(_, last)| {
                let address = Ipv4Addr::new(127, block[0], block[1], *last);
                PORTS.iter().all(|port| TcpListener::bind((address, *port)).is_ok())
            })
        };
        let block = blocks.into_iter().find(free);
        let block = block.ok_or("no free loopback addresses: this needs Linux")?;
        Ok(Self { folder, block, janitor })
    }

    /// The address of a name in the configuration files.
    pub(crate) fn address(&self, name: &str) -> Ipv4Addr {
        let number = ADDRESSES.iter().find(|(other, _)| *other == name);
        Ipv4Addr::new(
            127,
            self.block[0],
            self.block[1],
            number.map_or(0, |(_, number)| *number),
        )
    }

    /// A configuration file with its variables replaced, as `envsubst` does it.
    pub(crate) fn fill(&self, text: &str, more: &[(&str, String)]) -> Outcome<String> {
        let mut values: BTreeMap<&str, String> = more.iter().cloned().collect();
        for (name, _) in ADDRESSES {
            values.insert(name, self.address(name).to_string());
        }
        for name in PASSWORDS {
            values.insert(name, name.to_lowercase());
        }
        values.insert("NETWORK", "127.0.0.0/8".to_owned());
        let mut filled = text.to_owned();
        for (name, value) in values {
            filled = filled.replace(&format!("${{{name}}}"), &value);
        }
        match filled.split_once("${") {
            None => Ok(filled),
            Some((_, rest)) => Err(format!("no value for ${{{}", rest.lines().next().unwrap_or_default()).into()),
        }
    }

    /// A new folder in that of the run, for a program.
    pub(crate) fn subfolder(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.folder.join(name);
        fs::create_dir(&folder)?;
        give_away(&folder);
        Ok(folder)
    }

    /// Copies the logs of all programs to a folder.
    pub(crate) fn copy_logs(&self, target: &Path) -> Outcome<()> {
        fs::create_dir_all(target)?;
        for folder in fs::read_dir(&self.folder)?.flatten() {
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                if file.path().extension().is_some_and(|extension| extension == "log") {
                    let name = format!("{}-{}", folder.file_name().display(), file.file_name().display());
                    fs::copy(file.path(), target.join(name))?;
                }
            }
        }
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // This closes the standard input of the janitor first.
        let _ = self.janitor.wait();
    }
}

/// Starts a program in a folder, without privileges. Its output goes to a file there.
pub(crate) fn start_program(folder: &Path, name: &str, mut command: Command) -> Outcome<Child> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(folder.join(format!("{name}.log")))?;
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    drop_privileges(&mut command);
    let child = command.spawn();
    child.map_err(|error| format!("{}: {error}", command.get_program().display()).into())
}

/// Kills every program whose working folder is in a folder with SIGKILL: they finish nothing and tell nobody.
pub(crate) fn kill_all_in(folder: &Path) {
    let in_folder = || {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes.filter_map(|process| {
            let runs_in = fs::read_link(process.path().join("cwd")).ok()?;
            let id = process.file_name().to_str()?.parse().ok()?;
            runs_in.starts_with(folder).then(|| Pid::from_raw(id)).flatten()
        })
    };
    // A program may have started another one meanwhile.
    while in_folder()
        .filter(|process| kill_process(*process, Signal::KILL).is_ok())
        .count()
        > 0
    {}
}

/// Sends a signal to a child.
pub(crate) fn signal(child: &Child, signal: Signal) -> Outcome<()> {
    Ok(kill_process(Pid::from_child(child), signal)?)
}
