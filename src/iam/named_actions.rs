//! Which actions of the catalogue an element names.

use super::catalogue::{ActionSet, catalogue};
use super::document::Element;

/// The actions that `Action` or `NotAction` surely means, and those that it may mean, where parts of it are not known.
pub(super) fn named_actions(element: &Element) -> (ActionSet, ActionSet) {
    let catalogue = catalogue();
    let known = element.texts.iter().filter(|text| text.is_known());
    let sure = catalogue.set_matching(known.map(|text| &*text.text));
    let maybe = match element.open.is_empty() {
        false => ActionSet::new(catalogue).complement(),
        true if element.texts.iter().all(|text| text.is_known()) => sure.clone(),
        true => {
            let wide: Vec<_> = element.texts.iter().map(|text| text.widened()).collect();
            catalogue.set_matching(wide.iter().map(|text| &**text))
        }
    };
    match element.negated {
        true => (maybe.complement(), sure.complement()),
        false => (sure, maybe),
    }
}
