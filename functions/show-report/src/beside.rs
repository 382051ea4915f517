//! Two reports side by side: of two scopes, or of two windows.

use aftertaste::{
    app::Stop,
    domain::{
        access::Grant,
        place::Scope,
        report::{Beside, Difference, Estimate, Report, differences},
    },
    http::Problem,
    pages::filled,
    reading::Window,
};
use jiff::Timestamp;
use maud::{Markup, html};

use crate::{
    App,
    address::{self, Address},
    asked::{Asked, Mistake, overlap},
    drivers::Named,
    figures::{between, counted, degrees, signed},
    loading::{self, Failed, Loaded, Wanted},
    words::Words,
};

/// The report that another one stands beside.
pub(crate) struct Other {
    pub loaded: Loaded,
    pub compared: Beside,
}

/// Reads what the address asks for; none if it asks for nothing.
pub(crate) async fn read(
    app: &App,
    loaded: &Loaded,
    asked: &Asked,
    (grant, language): (&Grant, &'static str),
    now: Timestamp,
) -> Result<Option<Other>, Failed> {
    let address::Beside { scope, window } = &asked.beside;
    if asked.beside.is_nothing() {
        return Ok(None);
    }
    let scope = scope.clone().unwrap_or_else(|| loaded.scope.clone());
    let window = window.map_or(loaded.window, |(from, to)| Window { from, to });
    if scope == loaded.scope && window == loaded.window {
        return Err(Mistake::Beside.into());
    }
    let stores = loading::stores(app, &scope, (grant, language), now).await?;
    let series = Some(&loaded.series);
    let wanted = Wanted { scope: &scope, window, against: asked.against, series, beside_another: true };
    let other = loading::load(app, stores, wanted, grant, now).await.map_err(|failed| match failed {
        // A scope that nobody knows is a mistake in this part of the address.
        Failed::Stop(Stop::Problem(problem)) if problem.kind == Problem::scope_unknown().kind => Mistake::Beside.into(),
        failed => failed,
    })?;
    let days_meet = loaded.window.from <= window.to && window.from <= loaded.window.to;
    let overlaps = days_meet && scopes_meet(loaded, &other);
    let [nps_difference, satisfied_difference] = differences(&loaded.days, &other.days, overlaps);
    let Report { scope, name, from, to, score, temperature, .. } = &other.report;
    let compared = Beside {
        scope: scope.clone(),
        name: name.clone(),
        from: *from,
        to: *to,
        score: *score,
        temperature: *temperature,
        nps_difference,
        satisfied_difference,
    };
    Ok(Some(Other { loaded: other, compared }))
}

/// Whether some answers may be in both.
fn scopes_meet(a: &Loaded, b: &Loaded) -> bool {
    match (&a.scope, &b.scope) {
        (Scope::Store(a), Scope::Store(b)) => a == b,
        // A store's days stay with the nodes that it has left.
        _ => a.paths.iter().any(|a| b.paths.iter().any(|b| overlap(a, b))),
    }
}

/// Both as columns of one table, with the difference.
pub(crate) fn section(loaded: &Loaded, other: Option<&Other>, address: &Address<'_>, named: &Named<'_>) -> Markup {
    let (words, Some(Other { loaded: other, compared })) = (named.words, other) else { return html! {} };
    let reports = [&loaded.report, &other.report];
    html! {
        section.beside #beside {
            h2 { (words.side_by_side) }
            div.wide role="region" aria-label=(words.side_by_side) tabindex="0" { table {
                thead { tr {
                    td {}
                    @for report in reports { th scope="col" { (report.name) br; span.note { (words.span(report.from, report.to)) } } }
                    th scope="col" { (words.difference) }
                } }
                tbody { (rows(reports, compared, named)) }
            } }
            p.note {
                @if other.report.responses == 0 {
                    (filled(words.none_beside, &[("name", &other.report.name)]))
                } @else {
                    (if compared.nps_difference.is_none() { words.not_comparable } else { words.beside_chance })
                }
            }
            p {
                a href=(Address { beside: address::Beside::default(), ..address.clone() }) { (words.close) }
            }
        }
    }
}

fn rows(reports: [&Report; 2], compared: &Beside, named: &Named<'_>) -> Markup {
    let words = named.words;
    let share = |estimate: Estimate| {
        (words.percent(estimate.value), format!("{} … {}", words.percent(estimate.low), words.percent(estimate.high)))
    };
    let score = |estimate: Estimate| (signed(estimate.value), between(estimate.low, estimate.high));
    let cell = |figure: Option<(String, String)>| {
        html! { td { @if let Some((value, interval)) = figure { (value) br; span.note { (interval) } } } }
    };
    html! {
        tr {
            th scope="row" { (words.temperature) }
            @for report in reports {
                (cell(report.temperature.map(|t| (degrees(t.value), format!("{} … {}", degrees(t.low), degrees(t.high))))))
            }
            td {}
        }
        tr {
            th scope="row" { (words.nps) }
            @for report in reports { (cell(report.score.nps.map(score))) }
            (difference(compared.nps_difference, &signed, words))
        }
        tr {
            th scope="row" { (words.satisfied) }
            @for report in reports { (cell(report.score.satisfied.map(share))) }
            (difference(compared.satisfied_difference, &|share| signed(100.0 * share), words))
        }
        tr {
            th scope="row" { (words.answers) }
            @for report in reports { td { (counted(report.responses)) } }
            td {}
        }
        tr {
            th scope="row" { (words.fix_first) }
            @for report in reports {
                td {
                    @let first: Vec<&str> = named.first(&report.drivers).into_iter().map(|driver| named.of(driver)).collect();
                    @if first.is_empty() { span.note { (words.none) } } @else { (first.join(words.sentence.comma)) }
                }
            }
            td {}
        }
    }
}

fn difference(difference: Option<Difference>, points: &dyn Fn(f64) -> String, words: &Words) -> Markup {
    html! {
        td {
            @if let Some(Difference { difference, low, high, distinguishable, .. }) = difference {
                @if distinguishable { strong { (points(difference)) } } @else { (points(difference)) }
                br;
                span.note { (points(low)) " … " (points(high)) br; (if distinguishable { words.differs } else { words.no_difference }) }
            }
        }
    }
}

/// The form that asks for something beside the report.
pub(crate) fn form(address: &Address<'_>, report: &Report, siblings: &[(String, String)], words: &Words) -> Markup {
    let children: Vec<(&str, &str)> =
        report.children.iter().map(|child| (child.scope.as_str(), child.name.as_str())).collect();
    let others = siblings.iter().map(|(scope, name)| (scope.as_str(), name.as_str())).chain(children);
    let chosen = address.beside.scope.as_ref().map(Scope::to_string);
    html! {
        form.window method="get" action=(format!("/reports/{}.html#beside", address.scope)) {
            strong { (words.side_by_side) }
            (address.kept(&["with", "with_from", "with_to"]))
            select name="with" aria-label=(words.scope) {
                option value="" { (report.name) }
                @for (scope, name) in others {
                    option value=(scope) selected[chosen.as_deref() == Some(scope)] { (name) }
                }
            }
            @let [first, last] = [address.beside.window.map(|days| days.0), address.beside.window.map(|days| days.1)];
            label { (words.from) " " input type="date" name="with_from" value=[first]; }
            label { (words.to) " " input type="date" name="with_to" value=[last]; }
            button type="submit" { (words.show) }
            p.note { (filled(words.beside_hint, &[("name", &report.name)])) }
        }
    }
}
