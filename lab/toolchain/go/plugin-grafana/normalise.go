package main

import "encoding/json"

// normalised is a dashboard's text without what Grafana assigns: its id and version, its panels' ids, and what Grafana
// copies into a panel from the library. The released plugin compares dashboards in the same form.
func normalised(text string) string {
	var model map[string]any
	if json.Unmarshal([]byte(text), &model) != nil {
		return text
	}
	return normalisedModel(model)
}

func normalisedModel(model map[string]any) string {
	delete(model, "id")
	delete(model, "version")
	panels, _ := model["panels"].([]any)
	for _, entry := range panels {
		panel, _ := entry.(map[string]any)
		delete(panel, "id")
		if library, ok := panel["libraryPanel"].(map[string]any); ok {
			panel["libraryPanel"] = map[string]any{"name": library["name"], "uid": library["uid"]}
		}
	}
	text, err := json.Marshal(model)
	if err != nil {
		return ""
	}
	return string(text)
}

// givenUID is the uid that a dashboard's text asks for, if any.
func givenUID(text string) string {
	var model struct{ UID string }
	_ = json.Unmarshal([]byte(text), &model) // no JSON, no uid: Check has already said so
	return model.UID
}
