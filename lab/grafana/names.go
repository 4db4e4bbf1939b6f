package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
)

var (
	validUID    = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	notInASlug  = regexp.MustCompile(`[^a-z0-9]+`)
	longestUID  = 40
	generatedID = 7 // bytes: 14 hex digits, about the length of Grafana's own
)

// uidFor is the uid that was asked for, if it is one, or a new one.
func uidFor(asked string) (string, error) {
	switch {
	case asked == "":
		random := make([]byte, generatedID)
		_, err := rand.Read(random)
		return hex.EncodeToString(random), err
	case len(asked) > longestUID:
		return "", refuse(http.StatusBadRequest, "uid too long, max 40 characters", "uid-too-long")
	case !validUID.MatchString(asked):
		return "", refuse(http.StatusBadRequest, "uid contains illegal characters", "invalid-uid")
	default:
		return asked, nil
	}
}

// slug is a title as it stands in an address: "All Servers — Executive" becomes "all-servers-executive".
func slug(title string) string {
	return strings.Trim(notInASlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}
