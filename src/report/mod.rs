//! Reports: text, JSON, SARIF, all from one [`Report`] document.
//!
//! A report is a pure function of its document: no file, clock or environment. The document holds no secret: values and
//! lines are redacted before they enter it.

pub mod document;

pub use document::Report;
