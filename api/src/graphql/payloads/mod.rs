//! The inputs and payloads of the mutations, one file an area.

mod account;
mod registration;
mod sessions;

pub(super) use account::{ChangePasswordInput, ChangePasswordPayload, DeleteAccountInput, DeleteAccountPayload};
pub(super) use registration::{
    ActivateInput, ActivatePayload, CodeEmail, RegisterInput, RegisterPayload, ResendActivationCodeInput,
    ResendActivationCodePayload,
};
pub(super) use sessions::{
    RevokeOtherSessionsPayload, RevokeSessionInput, RevokeSessionPayload, SignInInput, SignInPayload, SignOutPayload,
};
