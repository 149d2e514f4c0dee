//! The backup selections that take a resource.
//!
//! Source: "AWS::Backup::BackupSelection BackupSelectionResourceType" in the CloudFormation template reference, "Assign resources to
//! a backup plan" in the AWS Backup Developer Guide: a selection takes what `Resources` or `ListOfTags` names, of that what fits all
//! `Conditions`, and nothing that `NotResources` names.

use super::glob::fits;
use super::text::{Text, any, arns, text};
use super::{Facts, Found};
use crate::facts::tags::{self, Tag};
use crate::value::{Cause, Read, ResourceId, ValueId, View};

impl<'a> Facts<'a> {
    pub(super) fn backup_selections(&self, view: &View<'a>, start: ResourceId, found: &mut Found) {
        for selection in self.inventory.of_type("AWS::Backup::BackupSelection") {
            let takes = self.takes(view, *selection, start);
            self.add_partner(view, *selection, takes, found);
        }
    }

    fn takes(&self, view: &View<'a>, selection: ResourceId, start: ResourceId) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let at = |key: &str| inventory.property(view, selection, &["BackupSelection", key]);
        let without = self.is_listed(view, selection, at("NotResources"), start)?;
        if without == Some(true) {
            return Ok(false);
        }
        let listed = self.is_listed(view, selection, at("Resources"), start);
        let tagged = self.is_tagged(view, selection, at("ListOfTags"), start);
        let conditions = self.fits_conditions(view, selection, at("Conditions"), start);
        let named = match (&listed, &tagged, &conditions) {
            // Nothing is named: what is left over is everything.
            (Ok(None), Ok(None), Ok(fits)) => Ok(fits.is_some() || without.is_some()),
            _ => any([listed.map(|is| is.unwrap_or(false)), tagged.map(|is| is.unwrap_or(false))]),
        };
        match (named, conditions) {
            (Ok(false), _) | (_, Ok(Some(false))) => Ok(false),
            (Err(cause), _) | (_, Err(cause)) => Err(cause),
            _ => Ok(true),
        }
    }

    /// Whether a list of ARNs has the resource; `None` without a list.
    fn is_listed(
        &self,
        view: &View<'a>,
        selection: ResourceId,
        list: ValueId,
        start: ResourceId,
    ) -> Result<Option<bool>, Cause> {
        let inventory = self.inventory;
        let (items, more) = match view.list(list) {
            Read::Known(list) => list,
            Read::Unknown(cause) => return Err(view.values.cause(cause).clone()),
            Read::Absent => return Ok(None),
        };
        let own = arns(inventory, view, start);
        let stack = inventory.resource(selection).stack;
        let answers = items.into_iter().map(|item| {
            let mut references = Vec::new();
            view.references(item, &mut references);
            if references.iter().any(|(id, _)| *id == start) {
                return Ok(true);
            }
            let Some(pattern) = text(inventory, view, stack, item) else { return Ok(false) };
            if pattern.text == "*" {
                return Ok(true);
            }
            match own.is_empty() {
                // Of a type whose ARN is not known here, the service is.
                true => service_fits(&pattern, inventory.type_name(start)),
                false => any(own.iter().map(|arn| fits(&pattern, arn))),
            }
        });
        any(answers.chain(more.map(|cause| Err(view.values.cause(cause).clone())))).map(Some)
    }

    /// Whether one of the tags is on the resource; `None` without a list.
    fn is_tagged(
        &self,
        view: &View<'a>,
        selection: ResourceId,
        list: ValueId,
        start: ResourceId,
    ) -> Result<Option<bool>, Cause> {
        let (items, more) = match view.list(list) {
            Read::Known(list) => list,
            Read::Unknown(cause) => return Err(view.values.cause(cause).clone()),
            Read::Absent => return Ok(None),
        };
        let answers = items.into_iter().map(|item| self.has_tag(view, selection, item, start, false));
        any(answers.chain(more.map(|cause| Err(view.values.cause(cause).clone())))).map(Some)
    }

    /// Whether all conditions hold; `None` without any.
    fn fits_conditions(
        &self,
        view: &View<'a>,
        selection: ResourceId,
        conditions: ValueId,
        start: ResourceId,
    ) -> Result<Option<bool>, Cause> {
        let inventory = self.inventory;
        let (mut some, mut open) = (None, None);
        for (operator, positive) in
            [("StringEquals", true), ("StringLike", true), ("StringNotEquals", false), ("StringNotLike", false)]
        {
            match view.list(inventory.get(view, conditions, &[operator])) {
                Read::Known((items, more)) => {
                    some = Some(true);
                    open = open.or(more.map(|cause| view.values.cause(cause).clone()));
                    for item in items {
                        match self.has_tag(view, selection, item, start, operator.ends_with("Like")) {
                            Ok(has) if has == positive => {}
                            Ok(_) => return Ok(Some(false)),
                            Err(cause) => open = open.or(Some(cause)),
                        }
                    }
                }
                Read::Unknown(cause) => open = open.or(Some(view.values.cause(cause).clone())),
                Read::Absent => {}
            }
        }
        open.map_or(Ok(some), Err)
    }

    /// Whether the resource has the tag of a condition: its key, with or without `aws:ResourceTag/`, and value.
    fn has_tag(
        &self,
        view: &View<'a>,
        selection: ResourceId,
        condition: ValueId,
        start: ResourceId,
        like: bool,
    ) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let stack = inventory.resource(selection).stack;
        let part = |key: &str| text(inventory, view, stack, inventory.get(view, condition, &[key]));
        let (Some(key), Some(wanted)) = (part("ConditionKey"), part("ConditionValue")) else { return Ok(false) };
        let key = key.after("aws:ResourceTag/").unwrap_or(key);
        if let Some(cause) = key.cause {
            return Err(cause);
        }
        let value = match tags::find(inventory, view, start, &key.text) {
            Tag::Absent => return Ok(false),
            Tag::Unknown(cause) => return Err(view.values.cause(cause).clone()),
            Tag::OfStack(value) => Some(Text::known(value)),
            Tag::Written { value, .. } => text(inventory, view, inventory.resource(start).stack, value),
        };
        let Some(value) = value else { return Ok(false) };
        if like { fits(&wanted, &value) } else { wanted.is(&value) }
    }
}

/// Whether a pattern of ARNs may be about resources of a type.
fn service_fits(pattern: &Text, type_name: &str) -> Result<bool, Cause> {
    let own = type_name.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
    let service = pattern.text.split(':').nth(2).unwrap_or_default();
    let may_be = service.contains(['*', '\u{1}']) || own.starts_with(service) || service.starts_with(own.as_str());
    match may_be {
        false => Ok(false),
        true => Err(pattern.cause.clone().unwrap_or(Cause::NotInInput { what: "the ARN of the resource".into() })),
    }
}
