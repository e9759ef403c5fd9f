//! The rule that lets a rater stop early: when the intervals of her means are
//! narrow enough. She is told that she may stop, and no number.

use super::protocol::Stop;
use super::results::{rows, settings};
use super::{CurrentAnswer, Phase, Question, Rater, ReviewError, Store};
use crate::statistics::study::precision;

/// From the least number on, so many prototypes lie between two looks: each
/// look is another chance to stop because the interval is narrow by chance.
pub const LOOK_EVERY: usize = 10;

/// Whether the protocol lets this rater stop now: at the last look every
/// question that has to be answered had enough ratings and an interval that is
/// narrow enough. A look is at the first prototypes of her queue that have an
/// answer, as they are answered now; repeats and practice do not count, and
/// nobody else's answers do. An interval without any width says nothing.
///
/// # Errors
/// When the answers cannot be read.
pub fn may_stop(store: &Store, rater: &Rater) -> Result<bool, ReviewError> {
    let study = store.study();
    let Stop::Width {
        half_width,
        at_least,
    } = study.protocol.stop
    else {
        return Ok(false);
    };
    let own = store.answers(rater)?;
    let of_prototype = |prototype: usize| {
        let is_it =
            |a: &&CurrentAnswer| a.answer.phase == Phase::Main && a.answer.prototype == prototype;
        own.iter().find(is_it)
    };
    let order = study.order(rater).into_iter();
    let mut answered: Vec<&CurrentAnswer> = order.filter_map(of_prototype).collect();
    let Some(beyond) = answered.len().checked_sub(at_least) else {
        return Ok(false);
    };
    answered.truncate(at_least + beyond / LOOK_EVERY * LOOK_EVERY);
    let found = precision(&rows(study, &answered), &settings(study));
    let is_known = |question: &Question| {
        let found = found.get(&question.id);
        found.is_some_and(|found| {
            let width = found.half_width.unwrap_or(0.0);
            found.n >= at_least && width > 0.0 && width <= half_width
        })
    };
    let mut questions = study.protocol.questions.iter();
    Ok(questions.all(|question| question.optional || is_known(question)))
}
