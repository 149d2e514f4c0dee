//! YAML, read into one spanned tree for each document, on the events of `granit-parser`.
//!
//! This module gives tags, plain scalars, anchors and merge keys their meaning. It knows the short tags of
//! CloudFormation by name and nothing of what the functions do.

mod build;
mod errors;
mod scalar;
mod tags;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use granit_parser::{Event, Parser};

use super::{Diagnostic, Level, Limits, SourceFile, Tree};
use build::Builder;

/// Templates have one; a file of a great many is not one of ours.
const MAX_DOCUMENTS: usize = 1000;

/// The documents of a YAML stream.
#[derive(Debug)]
pub struct Documents {
    /// One tree for each document, in order; none for a file without any content.
    pub trees: Vec<Tree>,
    /// What may not mean what its author thinks: unknown tags, account ids that are read as octal numbers.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a YAML file; a byte order mark before it is skipped.
///
/// Short tags become their long form (`!Ref X` is `{"Ref": X}`, `!GetAtt A.B.C` is `{"Fn::GetAtt": ["A", "B.C"]}`), an
/// alias is the node of its anchor, and `<<` is merged. A block ends where its last child ends; quotes and flow
/// brackets belong to spans, and the text of a literal or folded block is its span.
///
/// # Errors
/// Everything wrong up to the first error of syntax, and the warnings up to there.
pub fn parse(file: &Arc<SourceFile>, limits: Limits) -> Result<Documents, Vec<Diagnostic>> {
    let limits = limits.effective();
    limits.check_bytes(file).map_err(|problem| vec![problem])?;
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        flow_nesting_limit: limits.depth as usize,
        block_nesting_limit: limits.depth as usize,
    };
    let mut trees = Vec::new();
    let mut fatal = None;
    let mut builder = Builder::new(file, limits);
    for event in Parser::new_from_str_with_options(file.text(), options) {
        let taken = match event {
            Ok((Event::DocumentEnd, _)) => {
                trees.push(builder.end_document());
                Ok(())
            }
            Ok((Event::DocumentStart(..), span)) if trees.len() == MAX_DOCUMENTS => {
                let message = format!("there are more documents than the limit of {MAX_DOCUMENTS}");
                Err(Diagnostic::at(Level::Error, file, build::byte_span(span), message).into())
            }
            Ok((event, span)) => builder.event(event, span),
            Err(error) => Err(errors::diagnostic(&error, file, limits).into()),
        };
        if let Err(problem) = taken {
            fatal = Some(*problem);
            break;
        }
    }
    let warnings = builder.warnings.into_vec(file);
    if fatal.is_none() && builder.problems.is_empty() {
        return Ok(Documents { trees, warnings });
    }
    Err(builder.problems.into_vec(file).into_iter().chain(fatal).chain(warnings).collect())
}
