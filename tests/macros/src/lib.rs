//! The attribute that runs a test on both databases. A procedural macro has to be in a crate of its own.

use proc_macro::TokenStream;
use quote::quote;
use syn::{ItemFn, parse_macro_input};

/// Turns `async fn name(database: Database)` into the tests `name::postgres::test` and `name::sqlite::test`.
#[proc_macro_attribute]
pub fn on_both_databases(_: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    let name = &function.sig.ident;
    quote! {
        #function

        mod #name {
            mod postgres {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn test() {
                    super::super::#name(tests::Database::postgres().await).await;
                }
            }

            mod sqlite {
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn test() {
                    super::super::#name(tests::Database::sqlite()).await;
                }
            }
        }
    }
    .into()
}
