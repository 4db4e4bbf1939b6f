package main

import (
	"strconv"
	"strings"
)

// orgOf is the organisation that an object is created in: its own `orgId`, else the provider's.
func (g *grafanaClient) orgOf(given *string) string {
	if given != nil && *given != "" && *given != "0" {
		return *given
	}
	return strconv.FormatInt(max(g.orgID, 1), 10)
}

// newID is the released plugin's form of an id, as `1:prometheus`.
func newID(org, uid string) string { return org + ":" + uid }

// splitID reads an id; an import may leave the organisation out.
func (g *grafanaClient) splitID(id string) (org, uid string) {
	if org, uid, found := strings.Cut(id, ":"); found {
		return org, uid
	}
	return g.orgOf(nil), id
}

// uidOf takes a folder's id or uid, as inputs that refer to a folder do.
func uidOf(reference string) string {
	if _, uid, found := strings.Cut(reference, ":"); found {
		return uid
	}
	return reference
}
