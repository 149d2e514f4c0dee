//! `FunctionUrlConfig`: a URL that calls the function.

use crate::source::{Kind, NodeId};
use crate::template::transform::SERVERLESS;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::sam::Sam;
use crate::template::transform::serverless::value::Value;
use crate::value::Cause;

/// Adds the URL to `out`, and what lets everybody call it where that is asked for. `called` is a reference to the
/// function or its alias.
pub(super) fn expand(sam: &mut Sam<'_, '_>, resource: &Resource, called: &Value, out: &mut Vec<Generated>) {
    let Some(config) = resource.get(sam.draft, "FunctionUrlConfig") else { return };
    if sam.draft.is_function(config) || !sam.draft.is_map(config) {
        let what = format!("the URL of function `{}` is not expanded", resource.id);
        sam.draft.gap(config, what, Cause::Macro { name: SERVERLESS.into() });
        return;
    }
    let auth = sam.draft.present(config, "AuthType").map(|member| member.value);
    let auth_type = auth.and_then(|node| sam.draft.tree.string(node)).map(str::to_owned);
    let is_known = matches!(auth_type.as_deref(), Some("AWS_IAM" | "NONE"));
    if !is_known && !auth.is_some_and(|node| sam.draft.is_function(node)) {
        let node = auth.unwrap_or(config);
        sam.draft.error(node, "`AuthType` of `FunctionUrlConfig` must be `AWS_IAM` or `NONE`");
    }
    check_cors(sam, config);
    let at = sam.draft.tree.span(config);
    let new = |sam: &Sam<'_, '_>, suffix: &str, kind| {
        let id = format!("{}{suffix}", resource.id);
        Generated::new(id, kind, at).with_attributes(resource.passed_on(sam.draft))
    };
    let mut url = new(sam, "Url", "AWS::Lambda::Url");
    url.set("TargetFunctionArn", called.clone());
    url.copy_all(sam.draft, Some(config), &["AuthType", "Cors", "InvokeMode"]);
    out.push(url);
    if auth_type.as_deref() == Some("NONE") {
        let mut url = new(sam, "UrlPublicPermissions", "AWS::Lambda::Permission");
        url.set("Action", "lambda:InvokeFunctionUrl");
        url.set("FunctionName", called.clone());
        url.set("Principal", "*");
        url.copy_as(sam.draft, Some(config), "AuthType", "FunctionUrlAuthType");
        let mut function = new(sam, "URLInvokeAllowPublicAccess", "AWS::Lambda::Permission");
        function.set("Action", "lambda:InvokeFunction");
        function.set("FunctionName", called.clone());
        function.set("Principal", "*");
        function.set("InvokedViaFunctionUrl", true);
        out.extend([url, function]);
    }
}

/// Says what `Cors` cannot have.
fn check_cors(sam: &mut Sam<'_, '_>, config: NodeId) {
    let Some(cors) = sam.draft.present(config, "Cors").filter(|cors| !sam.draft.is_function(cors.value)) else {
        return;
    };
    for member in sam.draft.tree.members(cors.value).to_vec() {
        if sam.draft.is_function(member.value) {
            continue;
        }
        let name = sam.draft.tree.key(&member).to_owned();
        let kind = sam.draft.tree.kind(member.value);
        let expected = match name.as_str() {
            "AllowOrigins" | "AllowMethods" | "AllowHeaders" | "ExposeHeaders" => {
                (!matches!(kind, Kind::List { .. })).then_some("a list")
            }
            "AllowCredentials" => (!matches!(kind, Kind::Bool(_))).then_some("a boolean"),
            "MaxAge" => (!matches!(kind, Kind::Number(_))).then_some("a number"),
            _ => {
                sam.draft.error(member.value, format!("`Cors` has no property `{name}`"));
                None
            }
        };
        if let Some(expected) = expected {
            sam.draft.error(member.value, format!("`{name}` of `Cors` must be {expected}"));
        }
    }
}
