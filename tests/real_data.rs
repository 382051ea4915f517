//! Real respondents: 250 customers of mobile-phone companies, from the European Customer Satisfaction Index
//! (Tenenhaus et al. 2005, the data set `mobi` of the R packages plspm and seminr).

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{
    harness::file,
    process::{Program, report, run, yesterday},
};

/// The folder with `mobi.csv`; none when the data is not at hand, which is said in one line.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("AFTERTASTE_REAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("Left out: the tests on real data. To run them, set AFTERTASTE_REAL_DATA to a folder with mobi.csv.");
    }
    folder
}

#[tokio::test]
async fn the_figures_of_250_real_respondents_come_out_of_the_report() {
    let Some(real) = data() else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path()).await;
    let (survey, csv, day) = (file("surveys/mobi.json"), real.join("mobi.csv"), yesterday());
    let (done, said, complaint) = run(&[
        "replay",
        "--survey",
        survey.to_str().unwrap(),
        "--csv",
        csv.to_str().unwrap(),
        "--store",
        "42",
        "--day",
        &day,
        "--data",
        folder.path().to_str().unwrap(),
    ])
    .await;
    assert!(done, "{complaint}");
    assert!(said.starts_with("recorded         250\nrecorded before  0\nrefused          0\n"), "{said}");

    for scope in ["store/42", "replay"] {
        let report = report(&program, folder.path(), scope, "").await;
        let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
        assert_eq!(report["survey"], json!("mobi"));
        assert_eq!(
            [count("/responses"), count("/nps/promoters"), count("/nps/passives"), count("/nps/detractors")],
            [250, 95, 95, 60]
        );
        assert_eq!([count("/satisfaction/satisfied"), count("/satisfaction/n")], [176, 250]);
        for (pointer, expected) in [
            ("/nps/score", 14.0),
            ("/nps/adjusted", 13.8340),
            ("/nps/low", 4.2937),
            ("/nps/high", 23.3743),
            ("/satisfaction/mean", 7.988),
            ("/satisfaction/share", 0.704),
            ("/satisfaction/low", 0.644672),
            ("/satisfaction/high", 0.757154),
        ] {
            let figure = report.pointer(pointer).and_then(Value::as_f64).unwrap();
            assert!((figure - expected).abs() < 1e-4, "{scope}: {pointer} is {figure}, not {expected}");
        }
    }
    assert!(program.end("-INT").await);
}
