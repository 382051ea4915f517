//! The calls that name nodes.

use serde_json::{Value, json};

use super::calls::{Call, new};

pub fn nodes() -> Vec<Call> {
    let of = |route, path| new(route).at(&[("path", path)]).grant("admin");
    let put = |path, body: Value| of("PUT /nodes/{path+}", path).json(&body);
    let csv = |text: &str| new("PUT /nodes").grant("admin").sends("text/csv", text);
    let south = json!({"name": {"zh-CN": "华南", "en": "China South"}});
    vec![
        put("cn/south", south.clone()),
        put("cn/south", json!({"path": "cn/south", "name": {"en": "South"}})),
        put("cn/south", south.clone()).grant("admin:cn/south"),
        put("cn/south", south.clone()).grant("admin:cn/east admin:store/12"),
        put("cn/south", south.clone()).grant("report:cn/south"),
        put("cn/south", json!({})),
        put("cn/south", json!({"name": {}})),
        put("cn/south", json!({"name": {"en": " ", "?": "x", "de": "a\nb"}})),
        put("cn/south", json!({"name": {"en": "South"}, "colour": "red"})),
        put("store/12", south.clone()),
        of("PUT /nodes/{path+}", "cn/south").sends("text/csv", "path,en"),
        csv("path,en,zh-CN\ncn/west,China West,华西\ncn/south,China South,\n"),
        csv("path,en\ncn/west,\nCN,West\ncn/north,a,b\n"),
        csv("path;en\ncn/west;West\n"),
        csv(""),
        csv("path,en\ncn/west,West\n").grant("admin:cn/east"),
        csv("path,en\ncn/west,West\n").grant("report:"),
        new("PUT /nodes").grant("admin").json(&json!({})),
        new("GET /nodes").grant("admin"),
        new("GET /nodes").grant("admin:cn/north"),
        new("GET /nodes").grant("admin:store/12"),
        new("GET /nodes").grant("report:cn"),
        new("GET /nodes"),
        of("DELETE /nodes/{path+}", "cn/south").grant("admin:store/12"),
        of("DELETE /nodes/{path+}", "cn/south"),
        of("DELETE /nodes/{path+}", "cn/south"),
        of("DELETE /nodes/{path+}", "CN"),
    ]
}
