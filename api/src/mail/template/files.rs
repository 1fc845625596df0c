//! The files of the templates: built in, or replaced by those in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::kind::Kind;
use crate::locale::Locale;
use crate::start_error::StartError;

/// The sources of all templates by the names of their files.
pub(super) fn read(folder: Option<&Path>) -> Result<BTreeMap<String, String>, StartError> {
    let mut sources = built_in();
    let Some(folder) = folder else {
        return Ok(sources);
    };
    let failed = |source| StartError::MailTemplatesFolder {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file = entry.file_name().to_string_lossy().into_owned();
        // Editors and Kubernetes keep such files beside their own.
        if file.starts_with('.') {
            continue;
        }
        let Some(source) = sources.get_mut(&file) else {
            let reason = format!("not the name of a template; expected {}", names());
            return Err(StartError::MailTemplateFile { file, reason });
        };
        let replacement = fs::read_to_string(entry.path()).map_err(|error| StartError::MailTemplateFile {
            file,
            reason: format!("cannot read it: {error}"),
        })?;
        replacement.trim_start_matches('\u{feff}').clone_into(source);
    }
    Ok(sources)
}

fn built_in() -> BTreeMap<String, String> {
    let layouts = [
        ("layout.html".to_owned(), include_str!("../templates/layout.html")),
        ("layout.txt".to_owned(), include_str!("../templates/layout.txt")),
    ];
    let words = Kind::all().iter().flat_map(|kind| {
        let in_language = |locale| (kind.file(locale), kind.words(locale));
        Locale::ALL.map(in_language)
    });
    let files = layouts.into_iter().chain(words);
    files.map(|(name, source)| (name, source.to_owned())).collect()
}

fn names() -> String {
    let kinds: Vec<_> = Kind::all().iter().map(|kind| kind.name()).collect();
    let locales = Locale::ALL.map(Locale::tag);
    format!(
        "layout.html, layout.txt, or KIND.LANGUAGE.jinja with a KIND of {} and a LANGUAGE of {}",
        kinds.join(", "),
        locales.join(", ")
    )
}
