//! Awards that guests claim: each lies under ten digits, and is handed out once.

use aftertaste::{
    app::Stop,
    cases::push,
    domain::{
        case::{Award, CaseId, Move, Moving},
        place::{Scope, Store, StoreNumber},
    },
    http::{Problem, body_json},
    table::{Claimable, StoredCase, TableError},
};
use serde::Deserialize;

use crate::Asked;

/// How many digits a code has.
const DIGITS: usize = 10;
const CODES: u64 = 10_000_000_000;

/// How often another code is drawn where one is taken: of ten billion, few are.
const TRIES: u8 = 4;

/// Puts an award under a fresh code, which is returned. It stands for nothing until its case says the same.
pub(crate) async fn put(asked: &Asked<'_>, case: &CaseId, award: &Award) -> Result<String, Stop> {
    let Award { amount, currency, by, at, .. } = award.clone();
    let award = Claimable { case: case.clone(), amount, currency, by, at, redeemed_at: None, redeemed_by: None };
    for attempt in 0..TRIES {
        let lot = asked.app.keys.lot(&format!("award {} {attempt}", asked.call.fresh));
        let number = lot.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte)) % CODES;
        let code = format!("{number:0DIGITS$}");
        if asked.app.table.put_award(case.store, &code, &award).await? {
            return Ok(code);
        }
    }
    Err(TableError::Failed { action: "put an award", detail: "every code that was drawn is taken".into() }.into())
}

/// The store and the code, as the person says them who hands an award out.
#[derive(Deserialize)]
pub(crate) struct Claimed {
    pub store: StoreNumber,
    pub code: String,
}

/// The stores that the caller follows.
pub(crate) async fn own_stores(asked: &Asked<'_>) -> Result<Vec<Store>, Stop> {
    let all = asked.app.catalog.stores(asked.call.now).await?;
    let follows =
        |store: &&Store| asked.caller.grant.allows_follow(&Scope::Store(store.number), Some(&store.details.path));
    Ok(all.iter().filter(follows).cloned().collect())
}

/// Reads what the call claims.
pub(crate) fn claimed(asked: &Asked<'_>) -> Result<Claimed, Problem> {
    let claimed: Claimed = match asked.caller.session {
        None => body_json(asked.request)?,
        Some(_) => Claimed { store: asked.caller.field("store").parse()?, code: asked.caller.field("code").to_owned() },
    };
    let code = claimed.code.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(Claimed { code, ..claimed })
}

/// Hands an award out, once.
pub(crate) async fn hand_out(asked: &Asked<'_>, claimed: &Claimed) -> Result<Claimable, Stop> {
    let Claimed { store: number, code } = claimed;
    let number = *number;
    let (table, by, now) = (&asked.app.table, asked.caller.by(), asked.call.now);
    let store = asked.app.catalog.store(number, now).await?;
    let scope = Scope::Store(number);
    if !asked.caller.grant.allows_follow(&scope, store.as_deref().map(|store| &store.details.path)) {
        return Err(asked.needs("follow", &scope));
    }
    let store = store.ok_or_else(Problem::store_unknown)?;
    let is_code = code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    let award = if is_code { table.award(number, code).await? } else { None };
    let award = award.ok_or_else(Problem::award_unknown)?;
    // One whose case does not name it was never given, or its answer was taken back.
    let case = table.case_by_id(&award.case).await?;
    let Some(case) = case.filter(|stored| names(stored, code)) else {
        return Err(Problem::award_unknown().into());
    };
    let moving = Moving { by, at: now, id: asked.call.fresh, store: &store };
    let is_new = award.redeemed_at.is_none() && table.redeem_award(number, code, by, now).await?;
    let award = if is_new { award } else { table.award(number, code).await?.ok_or_else(Problem::award_unknown)? };
    // The SDK writes again where a reply was lost, and finds what it has written.
    let is_ours = award.redeemed_by.as_deref() == Some(by) && award.redeemed_at == Some(now);
    if case.case.award.as_ref().is_some_and(|award| award.redeemed_at.is_none())
        && let Err(error) = push(table, &case.key, &Move::Redeem, moving).await
    {
        // It is handed out all the same. A second try updates the case too.
        tracing::error!(outcome = "award-not-noted", store = number.get(), %error);
    }
    if is_new || is_ours { Ok(award) } else { Err(Problem::award_redeemed(award.redeemed_at).into()) }
}

fn names(stored: &StoredCase, code: &str) -> bool {
    stored.case.award.as_ref().is_some_and(|award| award.code.as_deref() == Some(code)) && !stored.case.is_withdrawn()
}
