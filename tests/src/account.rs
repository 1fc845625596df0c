//! What a frontend sends for a signed-in user.

use serde_json::{Value, json};

use crate::client::{ERROR, USER};
use crate::{Answer, Client};

const SESSION: &str = "id createdAt lastUsedAt expiresAt userAgent network isCurrent";

impl Client {
    /// Queries the sessions of the caller. `page` has the arguments `first` and `after`, as far as they are given.
    pub async fn sessions(&self, page: Value) -> Answer {
        // A variable that is not given leaves the default of the argument.
        let query = format!(
            "query($first:Int=20 $after:String){{me{{sessions(first:$first after:$after){{edges{{cursor node{{id}}}} \
             nodes{{{SESSION}}} pageInfo{{hasNextPage hasPreviousPage startCursor endCursor}}}}}}}}"
        );
        self.send(&query, page).await
    }

    /// Queries the events of the caller. `page` has the arguments `first` and `after`, as far as they are given.
    pub async fn events(&self, page: Value) -> Answer {
        let query = "query($first:Int=20 $after:String){me{events(first:$first after:$after){edges{cursor node{id}} \
            nodes{id kind createdAt network userAgent} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}}";
        self.send(query, page).await
    }

    /// Ends a session of the caller.
    pub async fn revoke_session(&self, id: &str) -> Answer {
        let query = format!(
            "mutation($input:RevokeSessionInput!){{revokeSession(input:$input){{userErrors{{...E}}}}}} {ERROR}"
        );
        self.send(&query, json!({ "input": { "id": id } })).await
    }

    /// Ends all sessions of the caller but the one of the request.
    pub async fn revoke_other_sessions(&self) -> Answer {
        let query = format!("mutation{{revokeOtherSessions{{revokedCount userErrors{{...E}}}}}} {ERROR}");
        self.send(&query, json!({})).await
    }

    /// Replaces the password.
    pub async fn change_password(&self, current: &str, new: &str) -> Answer {
        let query = format!(
            "mutation($input:ChangePasswordInput!){{changePassword(input:$input){{session{{id token expiresAt \
             idleTimeoutSeconds user{{{USER}}}}} userErrors{{...E}}}}}} {ERROR}"
        );
        let input = json!({ "currentPassword": current, "newPassword": new });
        self.send(&query, json!({ "input": input })).await
    }

    /// Deletes the account.
    pub async fn delete_account(&self, current: &str) -> Answer {
        let query = format!(
            "mutation($input:DeleteAccountInput!){{deleteAccount(input:$input){{userErrors{{...E}}}}}} {ERROR}"
        );
        self.send(&query, json!({ "input": { "currentPassword": current } }))
            .await
    }
}
