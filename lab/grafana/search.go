package main

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// search finds folders and dashboards, folders first.
//
// @see https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/folder_dashboard_search/
func (s *server) search(r *http.Request) (any, error) {
	query := r.URL.Query()
	kind := query.Get("type")
	found := []map[string]any{}
	err := s.store.view(func(c *contents) error {
		if kind != "dash-db" {
			for _, f := range byTitle(c.Folders) {
				found = append(found, s.foundFolder(c, f))
			}
		}
		if kind != "dash-folder" {
			for _, d := range dashboardsByTitle(c.Dashboards) {
				found = append(found, s.foundDashboard(c, d))
			}
		}
		return nil
	})
	found = slices.DeleteFunc(found, func(entry map[string]any) bool { return !matches(entry, query) })
	limit := 1000
	if asked, err := strconv.Atoi(query.Get("limit")); err == nil && asked > 0 {
		limit = asked
	}
	page := 1
	if asked, err := strconv.Atoi(query.Get("page")); err == nil && asked > 0 {
		page = asked
	}
	begin := min((page-1)*limit, len(found))
	return found[begin:min(begin+limit, len(found))], err
}

func dashboardsByTitle(dashboards map[string]*dashboard) []*dashboard {
	return slices.SortedFunc(maps.Values(dashboards), func(a, b *dashboard) int {
		return cmp.Or(cmp.Compare(a.title(), b.title()), cmp.Compare(a.UID, b.UID))
	})
}

func (s *server) foundFolder(c *contents, f *folder) map[string]any {
	entry := s.inFolder(c, f.ParentUID)
	maps.Copy(entry, map[string]any{
		"id": f.ID, "uid": f.UID, "title": f.Title, "uri": "db/" + slug(f.Title), "url": s.folderURL(f),
		"type": "dash-folder", "tags": []string{},
	})
	return entry
}

func (s *server) foundDashboard(c *contents, d *dashboard) map[string]any {
	tags := []string{}
	list, _ := d.Model["tags"].([]any)
	for _, tag := range list {
		if text, ok := tag.(string); ok {
			tags = append(tags, text)
		}
	}
	entry := s.inFolder(c, d.FolderUID)
	maps.Copy(entry, map[string]any{
		"id": d.ID, "uid": d.UID, "title": d.title(), "uri": "db/" + slug(d.title()), "url": s.dashboardURL(d),
		"type": "dash-db", "tags": tags,
	})
	return entry
}

func (s *server) inFolder(c *contents, uid string) map[string]any {
	entry := map[string]any{"orgId": 1, "slug": "", "isStarred": false, "sortMeta": 0, "isDeleted": false}
	if f := c.Folders[uid]; f != nil {
		entry["folderId"], entry["folderUid"], entry["folderTitle"] = f.ID, f.UID, f.Title
		entry["folderUrl"] = s.folderURL(f)
	}
	return entry
}

// matches applies the filters that were given; each of them must hold.
func matches(entry map[string]any, query url.Values) bool {
	title, uid := entry["title"].(string), entry["uid"].(string)
	folderUID, _ := entry["folderUid"].(string)
	if wanted := query.Get("query"); !strings.Contains(strings.ToLower(title), strings.ToLower(wanted)) {
		return false
	}
	if wanted := query["folderUIDs"]; len(wanted) > 0 && !slices.Contains(wanted, orGeneral(folderUID)) {
		return false
	}
	if wanted := query["dashboardUIDs"]; len(wanted) > 0 && !slices.Contains(wanted, uid) {
		return false
	}
	tags, _ := entry["tags"].([]string)
	for _, wanted := range query["tag"] {
		if !slices.Contains(tags, wanted) {
			return false
		}
	}
	return true
}

// orGeneral is Grafana's name for being in no folder.
func orGeneral(uid string) string { return cmp.Or(uid, "general") }
