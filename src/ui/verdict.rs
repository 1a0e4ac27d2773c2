//! The verdict on the page: what is wrong in sentences, and what to do next.

mod advice;
mod card;

pub(super) use card::VerdictCard;
