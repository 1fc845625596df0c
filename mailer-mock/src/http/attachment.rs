use std::fmt::Write;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::error::Refusal;
use super::messages::find;
use crate::{Mailbox, mime};

/// An attachment, to be saved and not shown: its type and name are whatever the sender says.
pub(super) async fn download(
    State(mailbox): State<Mailbox>,
    Path((id, part)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let message = find(&mailbox, &id)?;
    let attachment = message.attachments.iter().find(|a| a.part.to_string() == part);
    let found = attachment.and_then(|attachment| Some((attachment, mime::content(&message.raw, attachment)?)));
    let (attachment, content) =
        found.ok_or_else(|| Refusal::not_found(format!("that mail has no attachment with the PartID {part}")))?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, disposition(&attachment.file_name)),
    ];
    Ok((headers, content).into_response())
}

/// RFC 6266: the name, percent-encoded, so that nothing in it ends the header or names another folder.
fn disposition(name: &str) -> String {
    let mut header = "attachment".to_owned();
    if !name.is_empty() {
        header.push_str("; filename*=UTF-8''");
        let name = name.replace(|c: char| c.is_control() || matches!(c, '/' | '\\'), "_");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
                header.push(char::from(byte));
            } else {
                let _ = write!(header, "%{byte:02X}");
            }
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_are_encoded() {
        for (name, header) in [
            ("", "attachment"),
            ("a-1.pdf", "attachment; filename*=UTF-8''a-1.pdf"),
            ("../a\\b\r\nX: 1", "attachment; filename*=UTF-8''.._a_b__X%3A%201"),
            ("\"\u{e9}", "attachment; filename*=UTF-8''%22%C3%A9"),
        ] {
            assert_eq!(disposition(name), header, "{name}");
        }
    }
}
