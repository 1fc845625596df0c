//! Verifications: changes that wait for an emailed code. One mechanism serves every purpose.
//!
//! ```text
//! prepare ──► open ──draw──► code in an email ──spend_try──► right code ──consume──► consumed
//!              │                                                                        │
//!              └─────────────── swept after its lifetime ───────────────────────────────┘
//! ```
//!
//! Whatever must happen once is one guarded statement, keyed by the verification's id. A newer verification has another
//! id, so a request or an email in flight for the old one finds no row.

mod code;
mod draw;
mod end;
mod lifecycle;
mod rules;
mod verification_token;

pub use code::{Code, InvalidCode, MAX_LENGTH as MAX_CODE_LENGTH, MIN_LENGTH as MIN_CODE_LENGTH};
pub(crate) use draw::{DrawRequest, DrawnCode, SAME_CODE, draw};
pub(crate) use end::{end, end_with_emails, lock};
pub(crate) use lifecycle::{
    Effect, NewVerification, consume, find_by_id, find_by_token, is_expired, prepare, record_proof, replace_email,
    return_try, spend_try,
};
pub(crate) use rules::code_rules;
pub use rules::{CODE_MAX_ATTEMPTS, lifetime};
pub use verification_token::{Verification, VerificationToken};
