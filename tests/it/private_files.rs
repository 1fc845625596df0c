//! Files with secrets are only for the user of the server.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;
use tests::{Client, PASSWORD, Process, binary, give_away};
use tokio::process::Command;

/// Starts the binary in a folder, with the usual umask.
fn start(folder: &Path, environment: &[(&str, &str)]) -> Process {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 022 && exec \"$0\""]).arg(binary("api"));
    command
        .current_dir(folder)
        .env_clear()
        .env("HTTP_ADDR", "127.0.0.1:0")
        .envs(environment.iter().copied());
    Process::start(command)
}

/// A folder that everybody can read.
fn open_folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    set_mode(folder.path(), 0o755);
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the owner may change the mode");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file exists").mode() & 0o777
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_only_for_their_owner() {
    let folder = open_folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    set_mode(&folder.path().join("data"), 0o755);
    for (environment, database) in [
        (vec![], "data/registration.sqlite"),
        (vec![("DATABASE_URL", "sqlite://db.sqlite")], "db.sqlite"),
        (vec![("DATABASE_URL", "sqlite://a%20b.sqlite?mode=rwc")], "a b.sqlite"),
    ] {
        let mut api = start(folder.path(), &environment);
        let client = Client::new(api.listening().await);
        client.register("ada@example.com", PASSWORD).await.succeeds();
        for suffix in ["", "-wal", "-shm"] {
            let file = folder.path().join(format!("{database}{suffix}"));
            assert_eq!(mode(&file), 0o600, "{database}{suffix}");
        }
        // After a crash the files beside the database remain.
        api.kill().await;
        let mut api = start(folder.path(), &environment);
        api.listening().await;
        assert_eq!(api.stop("TERM").await.0, Some(0));
    }
    assert_eq!(mode(&folder.path().join("data/secret.key")), 0o600);
}

type Change<'a> = &'a dyn Fn(&Path);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_and_open_files_end_the_start_with_one_line() {
    let open = |path: &Path| set_mode(path, 0o644);
    let to_group = |path: &Path| set_mode(path, 0o640);
    let replace_with_link = |path: &Path| {
        let target = path.with_extension("moved");
        fs::rename(path, &target).expect("the file exists");
        symlink(target, path).expect("a link");
    };
    let replace_with_broken_link = |path: &Path| {
        fs::remove_file(path).expect("the file exists");
        symlink("nowhere", path).expect("a link");
    };
    let replace_with_folder = |path: &Path| {
        fs::remove_file(path).expect("the file exists");
        fs::create_dir(path).expect("a folder");
    };
    let replace_with_pipe = |path: &Path| {
        fs::remove_file(path).expect("the file exists");
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
    };
    let mut changes: Vec<(Change, &str)> = vec![
        (&open, "other users can open it (mode 644); run chmod 600 on it"),
        (&to_group, "other users can open it (mode 640); run chmod 600 on it"),
        (&replace_with_link, "it is a symbolic link"),
        (&replace_with_broken_link, "it is a symbolic link"),
        (&replace_with_folder, "it is not a file"),
        (&replace_with_pipe, "it is not a file"),
    ];
    // Only root can give files away. `file_of_another_user_is_refused` covers the others.
    if rustix::process::geteuid().is_root() {
        changes.push((&give_away, "it belongs to another user"));
    }
    for (change, problem) in changes {
        for (name, file) in [("DATABASE_URL", "registration.sqlite"), ("SECRET_KEY", "secret.key")] {
            let folder = open_folder();
            let mut api = start(folder.path(), &[]);
            api.listening().await;
            assert_eq!(api.stop("TERM").await.0, Some(0));
            change(&folder.path().join("data").join(file));
            let (status, mut lines) = start(folder.path(), &[]).end().await;
            lines.retain(|line| !line.contains("INFO") && !line.contains("WARN"));
            assert_eq!(status, Some(1), "{name} {problem}: {lines:#?}");
            assert_eq!(lines.len(), 1, "{lines:#?}");
            assert!(
                lines[0].starts_with(&format!("error: {name}: cannot use "))
                    && lines[0].ends_with(&format!(": {problem}")),
                "{lines:#?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn file_of_another_user_is_refused() {
    let folder = open_folder();
    let own = folder.path().join("other.sqlite");
    let file = if rustix::process::geteuid().is_root() {
        fs::write(&own, "").expect("a file");
        set_mode(&own, 0o600);
        give_away(&own);
        own.as_path()
    } else {
        // Nobody else can give a file away, but there is one of root.
        Path::new("/etc/passwd")
    };
    let url = format!("sqlite://{}", file.display());
    let (status, lines) = start(folder.path(), &[("DATABASE_URL", &url)]).end().await;
    assert_eq!(status, Some(1), "{lines:#?}");
    let refused = lines.iter().any(|line| line.ends_with("it belongs to another user"));
    assert!(refused, "{lines:#?}");
}
