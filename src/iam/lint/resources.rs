//! Resources: their form, and whether the actions beside them know them.

use rustc_hash::FxHashMap;

use super::overlap::Shape;
use super::{Lint, named_actions};
use crate::iam::catalogue::Action;
use crate::iam::document::{Effect, Statement, Text};
use crate::value::{OPAQUE, did_you_mean};

/// The partitions of AWS: `partitions.json` of botocore.
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];
/// Comparisons of a resource with the template of a type, for one statement; what is beyond is not looked at.
const COMPARISONS: usize = 20_000;
/// Templates that a help names.
const TEMPLATES: usize = 3;

impl Lint<'_> {
    pub(super) fn resources(&mut self, statement: &Statement) {
        let Some(resources) = &statement.resources else { return };
        for text in &resources.texts {
            self.form(text);
        }
        if !resources.negated && resources.open.is_empty() {
            self.fit(statement, &resources.texts);
        }
    }

    /// The parts of an ARN.
    fn form(&mut self, text: &Text) {
        let Some(rest) = text.text.strip_prefix("arn:") else { return };
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let plain = |part: &str| !part.contains(['*', '?', '$', OPAQUE]);
        let shown = text.shown();
        if let Some(partition) = parts.first().filter(|part| plain(part) && !PARTITIONS.contains(part)) {
            let help = did_you_mean(partition, PARTITIONS).map(|meant| format!("did you mean `{meant}`"));
            self.warn("partition", text.place, format!("there is no partition `{partition}` as in `{shown}`"), help);
        }
        if parts.len() < 5 && parts.last().is_none_or(|last| plain(last)) && !rest.contains(OPAQUE) {
            let help = "it has the form `arn:partition:service:region:account:resource`".to_owned();
            let message = format!("the ARN `{shown}` has {} of its 6 parts", parts.len() + 1);
            return self.warn("arn", text.place, message, Some(help));
        }
        let digits = |part: &str| part.len() == 12 && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(account) = parts.get(3).filter(|part| plain(part) && !part.is_empty() && !digits(part))
            // Some resources belong to AWS itself or to a service.
            && account.bytes().any(|byte| byte.is_ascii_digit())
        {
            let message = format!("`{account}` in `{shown}` is no account id of twelve digits");
            self.warn("arn", text.place, message, None);
        }
    }

    /// Whether each action is used on one of the resources, and each resource by one of the actions.
    fn fit(&mut self, statement: &Statement, resources: &[Text]) {
        let Some(actions) = named_actions(statement) else { return };
        if resources.is_empty() || resources.iter().any(|text| matches_all(&text.text)) {
            return;
        }
        let shapes: Vec<Shape> = resources.iter().map(|text| Shape::of_resource(&text.text)).collect();
        let mut templates: FxHashMap<&'static str, Vec<bool>> = FxHashMap::default();
        let mut used = vec![false; resources.len()];
        let (mut any_known, mut all_known, mut comparisons) = (false, true, 0);
        for text in actions {
            let ids = self.catalogue.ids_matching(&text.text);
            let found: Vec<&'static Action> =
                ids.into_iter().filter_map(|id| Some(self.catalogue.by_id(id)?.action)).collect();
            (any_known, all_known) = (any_known || !found.is_empty(), all_known && !found.is_empty());
            let (mut fits, mut scoped) = (found.is_empty(), Vec::new());
            for resource in found.iter().flat_map(|action| action.resource_types) {
                let arn = resource.resource.arn;
                let fitting = templates.entry(arn).or_insert_with(|| {
                    comparisons += shapes.len();
                    let template = Shape::of_template(arn);
                    shapes.iter().map(|shape| comparisons > COMPARISONS || shape.overlaps(&template)).collect()
                });
                fits |= fitting.contains(&true);
                used.iter_mut().zip(&*fitting).for_each(|(used, fits)| *used |= fits);
                if !scoped.contains(&arn) {
                    scoped.push(arn);
                }
            }
            if !fits {
                self.unused_action(statement, text, &scoped);
            }
        }
        if !any_known || !all_known {
            return;
        }
        for (text, _) in resources.iter().zip(used).filter(|(text, used)| !used && text.text.starts_with("arn:")) {
            let message = format!("no action of the statement is used on `{}`", text.shown());
            self.warn("unused-resource", text.place, message, None);
        }
    }

    fn unused_action(&mut self, statement: &Statement, text: &Text, templates: &[&str]) {
        let effect = if statement.effect == Some(Effect::Deny) { "denied" } else { "allowed" };
        let (message, help) = match templates {
            [] => (
                format!("`{}` is not {effect} here: it is not used on single resources", text.text),
                "give it a statement with `\"Resource\": \"*\"`".to_owned(),
            ),
            _ => {
                let shown: Vec<String> = templates.iter().take(TEMPLATES).map(|arn| format!("`{arn}`")).collect();
                let more = if templates.len() > TEMPLATES { " and others" } else { "" };
                (
                    format!(
                        "`{}` is not {effect} here: it is used on none of the resources of the statement",
                        text.text
                    ),
                    format!("it is used on {}{more}", shown.join(", ")),
                )
            }
        };
        self.warn("unused-action", text.place, message, Some(help));
    }
}

/// Whether a resource is every resource, or may be anything.
fn matches_all(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'*') || text.starts_with([OPAQUE, '$'])
}
