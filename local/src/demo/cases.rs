//! The demo's cases: some are new, some late, most were answered, and of these some were not solved.

use aftertaste::{
    domain::{
        access::GuestKeys,
        case::{Case, CaseId, Move, Moving, Outcome, Telling},
        count::CaseCounts,
        place::Store,
        survey::{Cause, Response, Severity, Survey},
        visit::Visit,
    },
    table::{Item, Look, TableError, case_item, look_item},
};
use fastrand::Rng;
use jiff::{SignedDuration, Span, Timestamp};
use uuid::Uuid;

/// For how many business days the demo's answers are followed up.
const DAYS: i32 = 28;

const REPLIES: [&str; 4] = [
    "非常抱歉让您久等了。周末晚市我们已增加一位领位员，并把叫号同步到手机。",
    "菜凉了是我们的错。传菜口已加保温台，下次来请直接找店长。",
    "We are sorry. The tables are now wiped before each party sits down.",
    "您说得对，出错的那道菜我们已退款，点单核对也改为两人确认。",
];
const THANKS: &str = "谢谢您！已转告当班的同事。";

/// The person who follows up in a store: its manager, its region, or head office.
fn manager(store: &Store) -> &'static str {
    match (store.number.get(), store.details.path.as_str()) {
        (12, _) => "grace",
        (_, path) if path.starts_with("cn/east") => "chen",
        _ => "lin",
    }
}

/// Rules, keys and the present.
pub(super) struct Followed<'a> {
    pub survey: &'a Survey,
    pub causes: &'a [Cause],
    pub keys: &'a GuestKeys,
    pub store: &'a Store,
    pub now: Timestamp,
}

impl Followed<'_> {
    /// Follows up the answers of a day that need somebody. Returns the counts of a day that is over.
    pub(super) fn follow_up(
        &self,
        items: &mut Vec<Item>,
        (back, answers): (i32, &mut Vec<(Visit, Response)>),
        retention: Span,
        rng: &mut Rng,
    ) -> Result<CaseCounts, TableError> {
        let mut counts = CaseCounts::default();
        for (visit, response) in answers.iter_mut().filter(|_| back < DAYS) {
            self.mark(*visit, response, rng);
            let Some(case) = self.case(*visit, response, back, rng) else { continue };
            if back > 0 {
                counts.add(&case, self.now);
            }
            items.extend(self.items(*visit, &case, visit.minute.start() + retention)?);
        }
        Ok(counts)
    }

    /// Marks a response that somebody has to follow up, as its recording would.
    fn mark(&self, visit: Visit, response: &mut Response, rng: &mut Rng) {
        let origin = response.channel.origin();
        response.more.follow_up = self.survey.follow_up(&response.answers, false, origin, visit.payment, self.keys);
        if response.more.follow_up.is_some() {
            response.submission = Some(Uuid::from_u128(rng.u128(..)));
        }
    }

    /// The case of a response that was marked, as it stands after so many days.
    fn case(&self, visit: Visit, response: &Response, back: i32, rng: &mut Rng) -> Option<Case> {
        let (called, submission) = (response.more.follow_up.as_ref()?, response.submission?);
        let entry = Uuid::from_u128(rng.u128(..));
        let id = CaseId::of(visit, submission);
        let open = Case::open(id, called, self.store, response.answered_at, entry);
        let fate = rng.u8(0..10);
        // Today's cases wait; of yesterday's some do, and a few of the week's are late.
        let waits = back == 0 || (back == 1 && fate < 5) || (back < 5 && fate == 0);
        if waits {
            return Some(if fate % 3 == 2 { self.moved(&open, &Move::Take, 20, rng).unwrap_or(open) } else { open });
        }
        let is_praise = called.severity == Severity::Praise;
        let reply = if is_praise { THANKS } else { rng.choice(&REPLIES).copied().unwrap_or(THANKS) };
        let cause = rng.choice(self.causes).filter(|_| !is_praise).map(|cause| cause.id.clone());
        let answer = Move::Answer { cause, reply: reply.to_owned() };
        let taken = self.moved(&open, &Move::Take, 30, rng)?;
        let answered = self.moved(&taken, &answer, if fate > 7 { 600 } else { 45 }, rng)?;
        if is_praise {
            return self.moved(&answered, &Move::Close { outcome: Outcome::Thanked, note: None }, 10, rng);
        }
        match fate {
            1..=4 => self.moved(&answered, &Move::SaySolved, 300, rng).or(Some(answered)),
            5 => {
                let again = self.moved(&answered, &Move::SayNotSolved, 400, rng)?;
                if back < 3 { Some(again) } else { self.moved(&again, &answer, 60, rng).or(Some(again)) }
            }
            _ if back > 8 => self.moved(&answered, &Move::Settle, 7 * 24 * 60, rng).or(Some(answered)),
            _ => Some(answered),
        }
    }

    /// The case after a move that somebody made so many minutes after the one before, if that is past.
    fn moved(&self, case: &Case, step: &Move, minutes: i64, rng: &mut Rng) -> Option<Case> {
        let last = case.log.last()?.at;
        let minutes = if matches!(step, Move::Settle) { minutes } else { rng.i64(minutes / 2 + 1..2 * minutes + 2) };
        let at = last.saturating_add(SignedDuration::from_mins(minutes)).ok().filter(|at| *at < self.now)?;
        let by = match step {
            Move::SaySolved | Move::SayNotSolved => "guest",
            Move::Settle => "-",
            _ => manager(self.store),
        };
        case.after(step, Moving { by, at, id: Uuid::from_u128(rng.u128(..)), store: self.store }).ok()
    }

    /// The items of a case: itself, and when it is to be checked. Everything that has happened counts as reported.
    fn items(&self, visit: Visit, case: &Case, expires: Timestamp) -> Result<Vec<Item>, TableError> {
        let telling: Telling = case.look(Telling::default(), self.store, self.now).telling;
        let look = telling.look_at.map(|at| look_item(&Look::Case(visit.into()), at));
        Ok([case_item(visit, case, telling, expires)?].into_iter().chain(look).collect())
    }
}
