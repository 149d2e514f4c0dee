//! The execution role of a function.

use super::lambda;
use crate::template::transform::serverless::resource::{Generated, Resource};
use crate::template::transform::serverless::role::{OpenRole, Role, trust};
use crate::template::transform::serverless::sam::{Done, Sam, Stop};
use crate::template::transform::serverless::tags;
use crate::template::transform::serverless::value::{Value, conditional, get_att, list, map};

/// The role, with the policies of the destinations, to which events may add theirs.
pub(super) fn open(sam: &mut Sam<'_, '_>, resource: &Resource, destinations: Vec<Value>) -> Done<OpenRole> {
    let has = |sam: &Sam<'_, '_>, name| resource.get(sam.draft, name).is_some();
    let mut managed = vec![if has(sam, "DurableConfig") {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    }];
    if lambda::traces(sam, resource) {
        managed.push(match sam.draft.partition() {
            "aws" => "AWSXrayWriteOnlyAccess",
            _ => "AWSXRayDaemonWriteAccess",
        });
    }
    if has(sam, "VpcConfig") {
        managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
    }
    let mut inline = Vec::new();
    if let Some((action, target)) = lambda::dead_letters(sam, resource)? {
        let statement = map! { "Action" => action, "Resource" => target.value, "Effect" => "Allow" };
        let document = map! { "Version" => "2012-10-17", "Statement" => list![statement] };
        let policy = map! { "PolicyName" => "DeadLetterQueuePolicy", "PolicyDocument" => document };
        inline.push(policy.at(sam.draft.tree.span(resource.blame(sam.draft, "DeadLetterQueue"))));
    }
    inline.extend(destinations);
    let own = resource.get(sam.draft, "AssumeRolePolicyDocument");
    let trust = own.map_or_else(|| trust("lambda.amazonaws.com"), Value::from);
    let tags = tags::with_own(sam.draft, resource)?;
    Role { trust, managed, inline, tags }.open(sam, resource)
}

/// Gives the role to the function, and returns it when it is needed: where the function names no role of its own, or in
/// the case in which it does not.
pub(super) fn connect(
    sam: &mut Sam<'_, '_>,
    resource: &Resource,
    function: &mut Generated,
    mut role: Generated,
) -> Done<Option<Generated>> {
    let arn = get_att(role.id.clone(), "Arn");
    let Some(own) = resource.get(sam.draft, "Role") else {
        function.set("Role", arn);
        return Ok(Some(role));
    };
    if !sam.draft.is_if(own) {
        return Ok(None);
    }
    let Some([condition, then, otherwise]) = sam.draft.arms(own) else {
        return Err(Stop::error(own, "`Fn::If` takes a condition and two values"));
    };
    match (sam.draft.is_no_value(then), sam.draft.is_no_value(otherwise)) {
        (false, false) => return Ok(None),
        (true, true) => function.set("Role", arn),
        (true, false) => {
            function.set("Role", conditional(condition.into(), arn, otherwise));
            role.set_attribute("Condition", condition);
        }
        (false, true) => {
            function.set("Role", conditional(condition.into(), then, arn));
            let name = sam.draft.tree.string(condition).unwrap_or_default();
            let name = format!("NOT{name}");
            let not = map! { "Fn::Not" => list![map! { "Condition" => condition }] };
            sam.add_condition(name.clone(), &not, sam.draft.tree.span(own));
            role.set_attribute("Condition", name);
        }
    }
    Ok(Some(role))
}
