//! `Cognito` events: a user pool of the template calls the function.

use super::{Event, Generated, referred, texts};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::value::{Entry, get_att};

/// Adds to `out` what lets the user pool call the function, and to the user pool the triggers.
pub(super) fn expand(sam: &mut Sam<'_, '_>, event: &Event<'_>, out: &mut Vec<Generated>) -> Done<()> {
    let pool = referred(sam, event, "UserPool", "AWS::Cognito::UserPool", "user pool")?;
    for (node, trigger) in texts(sam, event, "Trigger")? {
        let entry = Entry::new(trigger.clone(), event.target.arn.clone());
        if !sam.insert(&pool, &["LambdaConfig"], entry, event.place) {
            return Err(Stop::error(node, format!("user pool `{pool}` has trigger `{trigger}` already")));
        }
    }
    // All triggers of a function share one permission.
    let id = format!("{}CognitoPermission", event.target.id);
    let mut permission = event.permission("cognito-idp.amazonaws.com").moved(id, event.place);
    permission.set("SourceArn", get_att(pool, "Arn"));
    out.push(permission);
    Ok(())
}
