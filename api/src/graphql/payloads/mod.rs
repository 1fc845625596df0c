//! The inputs and payloads of the mutations, one file an area.

mod account;
mod email_change;
mod password_reset;
mod registration;
mod sessions;

pub(super) use account::{ChangePasswordInput, ChangePasswordPayload, DeleteAccountInput, DeleteAccountPayload};
pub(super) use email_change::{
    ConfirmEmailChangeInput, ConfirmEmailChangePayload, RequestEmailChangeInput, RequestEmailChangePayload,
};
pub(super) use password_reset::{
    RequestPasswordResetInput, RequestPasswordResetPayload, ResetPasswordInput, ResetPasswordPayload,
};
pub(super) use registration::{
    ActivateInput, ActivatePayload, CodeEmail, RegisterInput, RegisterPayload, ResendActivationCodeInput,
    ResendActivationCodePayload,
};
pub(super) use sessions::{
    RevokeOtherSessionsPayload, RevokeSessionInput, RevokeSessionPayload, SignInInput, SignInPayload, SignOutPayload,
};
