//! Real respondents: 250 customers of mobile-phone companies, from the European Customer Satisfaction Index. The source
//! is Tenenhaus et al. 2005, the data set `mobi` of the R packages plspm and seminr.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::process::{Program, replay, report, yesterday};

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
    let (csv, day) = (real.join("mobi.csv"), yesterday());
    let (done, said, complaint) = replay(folder.path(), "surveys/mobi.json", &csv, "42", &day, "").await;
    assert!(done, "{complaint}");
    assert!(said.starts_with("recorded         250\nrecorded before  0\nrefused          0\n"), "{said}");

    for scope in ["store/42", "replay"] {
        check_measures(&report(&program, folder.path(), scope, "").await, scope);
    }
    let report = report(&program, folder.path(), "store/42", "").await;
    check_joint_drivers(&report);
    check_marginal_drivers(&report);
    assert!(program.end("-INT").await);
}

fn check_measures(report: &Value, scope: &str) {
    let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap();
    assert_eq!(report["survey"], json!("mobi"));
    assert_eq!(
        [count("/responses"), count("/nps/promoters"), count("/nps/passives"), count("/nps/detractors")],
        [250, 95, 95, 60]
    );
    assert_eq!([count("/satisfaction/satisfied"), count("/satisfaction/n")], [176, 250]);
    // The interval of the NPS is the second edition's: it replaces 13.8340, 4.2937 and 23.3743 of the first.
    for (pointer, expected) in [
        ("/nps/score", 14.0),
        ("/nps/adjusted", 13.888_888_889),
        ("/nps/low", 4.295_596_743),
        ("/nps/high", 23.482_181_035),
        ("/temperature/value", 63.517_862_567),
        ("/temperature/low", 58.307_481_457),
        ("/temperature/high", 68.728_243_677),
        ("/satisfaction/mean", 7.988),
        ("/satisfaction/share", 0.704),
        ("/satisfaction/low", 0.644_671_645),
        ("/satisfaction/high", 0.757_153_968),
    ] {
        let figure = report.pointer(pointer).and_then(Value::as_f64).unwrap();
        assert!((figure - expected).abs() < 1e-9, "{scope}: {pointer} is {figure}, not {expected}");
    }
}

fn check_joint_drivers(report: &Value) {
    assert_eq!(report.pointer("/drivers/method"), Some(&json!("joint")));
    near(report, "/drivers", "r_squared", 0.459_316);
    near(report, "/drivers", "intercept", 7.692_928);
    // Penalty, reward, then each standard error, of the seven together.
    for (question, penalty, reward, errors) in [
        ("PERQ1", 0.659_936, 0.380_750, Some((0.224_873, 0.170_680))),
        ("PERQ2", 0.211_535, 0.414_796, Some((0.158_317, 0.169_602))),
        ("PERQ3", 0.037_627, -0.029_983, None),
        ("PERQ4", 0.169_564, 0.437_668, None),
        ("PERQ5", 0.145_615, 0.098_307, None),
        ("PERQ6", -0.329_084, 0.285_426, None),
        ("PERQ7", 0.505_669, 0.136_342, Some((0.195_662, 0.171_878))),
    ] {
        let driver = driver(report, "drivers", question);
        near(report, &driver, "penalty", penalty);
        near(report, &driver, "reward", reward);
        if let Some((penalty, reward)) = errors {
            near(report, &driver, "se_penalty", penalty);
            near(report, &driver, "se_reward", reward);
        }
    }
}

fn check_marginal_drivers(report: &Value) {
    // Mean, penalty, reward, asymmetry and correlation of each on its own. Then, to nine digits, the figures that
    // replace the first edition's: Welch's standard errors, and by them the interval of the asymmetry.
    for (question, figures, [se_penalty, se_reward, low, high]) in [
        (
            "PERQ1",
            [7.9440, 1.055_396, 1.108_802, 0.024_677, 0.604_159],
            [0.201_087_864, 0.142_045_994, -0.227_367_829, 0.276_722_070],
        ),
        (
            "PERQ2",
            [7.1920, 0.649_621, 0.991_071, 0.208_113, 0.441_602],
            [0.166_168_905, 0.178_067_631, -0.124_545_949, 0.540_772_862],
        ),
        (
            "PERQ3",
            [7.7000, 0.739_204, 0.682_957, -0.039_550, 0.459_390],
            [0.184_304_298, 0.164_006_678, -0.434_117_618, 0.355_017_743],
        ),
        (
            "PERQ4",
            [7.9160, 0.787_023, 1.110_730, 0.170_574, 0.517_881],
            [0.263_106_774, 0.142_977_141, -0.189_054_076, 0.530_201_780],
        ),
        (
            "PERQ5",
            [7.8720, 0.628_788, 0.863_082, 0.157_047, 0.426_980],
            [0.263_235_202, 0.149_666_704, -0.306_774_149, 0.620_868_774],
        ),
        (
            "PERQ6",
            [7.7760, 0.484_130, 1.132_504, 0.401_064, 0.462_039],
            [0.231_516_136, 0.147_241_396, -0.029_587_765, 0.831_715_842],
        ),
        (
            "PERQ7",
            [7.5920, 0.945_000, 0.787_500, -0.090_909, 0.490_470],
            [0.192_721_163, 0.151_564_206, -0.402_492_955, 0.220_674_773],
        ),
    ] {
        let driver = driver(report, "marginal", question);
        for (name, figure) in ["mean", "penalty", "reward", "impact_asymmetry", "correlation"].into_iter().zip(figures)
        {
            near(report, &driver, name, figure);
        }
        for (name, figure) in [("se_penalty", se_penalty), ("se_reward", se_reward), ("low", low), ("high", high)] {
            let shown = report.pointer(&format!("{driver}/{name}")).and_then(Value::as_f64).unwrap();
            assert!((shown - figure).abs() < 1e-9, "{driver}/{name} is {shown}, not {figure}");
        }
    }
}

/// Where a driver stands in a report.
fn driver(report: &Value, method: &str, question: &str) -> String {
    let drivers = report.pointer(&format!("/{method}/drivers")).and_then(Value::as_array).unwrap();
    format!("/{method}/drivers/{}", drivers.iter().position(|driver| driver["question"] == question).unwrap())
}

fn near(report: &Value, place: &str, name: &str, expected: f64) {
    let figure = report.pointer(&format!("{place}/{name}")).and_then(Value::as_f64).unwrap();
    assert!((figure - expected).abs() < 1e-4, "{place}/{name} is {figure}, not {expected}");
}
