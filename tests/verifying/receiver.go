// Calls the document's Go, which is the package webhook, with each case of the folder it is run in.
package main

import (
	"encoding/json"
	"net/http"
	"os"
	"time"

	"receiver/webhook"
)

type call struct {
	Secrets []string
	Headers [][2]string
	Body    []byte
	Now     int64
}

func said(call call) map[string]any {
	headers := http.Header{}
	for _, header := range call.Headers {
		// Not by Add, which would write the names in one way.
		headers[header[0]] = append(headers[header[0]], header[1])
	}
	event, err := webhook.Verify(call.Secrets, headers, call.Body, time.Unix(call.Now, 0))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"event": event}
}

func main() {
	text, err := os.ReadFile("cases.json")
	if err != nil {
		panic(err)
	}
	var calls []call
	if err := json.Unmarshal(text, &calls); err != nil {
		panic(err)
	}
	all := []any{}
	for _, call := range calls {
		all = append(all, said(call))
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}
