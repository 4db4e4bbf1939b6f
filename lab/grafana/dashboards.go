package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"time"
)

// @see https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/dashboard/
func (s *server) dashboardRoutes() {
	s.secured("POST /api/dashboards/db", s.saveDashboard)
	s.secured("GET /api/dashboards/uid/{uid}", s.getDashboard)
	s.secured("DELETE /api/dashboards/uid/{uid}", s.deleteDashboard)
	s.secured("GET /api/search", s.search)
}

var errDashboardNotFound = refuse(http.StatusNotFound, "Dashboard not found", "not-found")

func (d *dashboard) title() string {
	title, _ := d.Model["title"].(string)
	return title
}

func (s *server) dashboardURL(d *dashboard) string {
	return s.subPath + "/d/" + d.UID + "/" + slug(d.title())
}

// saveCommand is a request to save a dashboard. `overwrite` gives up both precautions: against a version that someone
// else has saved meanwhile, and against a second dashboard of the same title in one folder.
type saveCommand struct {
	Dashboard map[string]any
	FolderUID string
	Message   string
	Overwrite bool
}

func (s *server) saveDashboard(r *http.Request) (any, error) {
	var command saveCommand
	if err := body(r, &command); err != nil {
		return nil, err
	}
	if err := command.check(); err != nil {
		return nil, err
	}
	var saved dashboard
	err := s.store.change(func(c *contents) error {
		d, err := command.target(c)
		if err != nil {
			return err
		}
		d.FolderUID, d.Message, d.Updated = command.FolderUID, command.Message, time.Now().UTC()
		d.Version++
		d.Model = command.Dashboard
		d.Model["id"], d.Model["uid"], d.Model["version"] = d.ID, d.UID, d.Version
		c.Dashboards[d.UID] = d
		saved = *d
		return nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"id": saved.ID, "uid": saved.UID, "url": s.dashboardURL(&saved), "status": "success", "version": saved.Version,
		"slug": slug(saved.title()), "folderUid": saved.FolderUID,
	}, nil
}

func (command saveCommand) check() error {
	switch title, _ := command.Dashboard["title"].(string); {
	case command.Dashboard["apiVersion"] != nil && command.Dashboard["spec"] != nil:
		return refuse(http.StatusBadRequest, "this stand-in for Grafana takes classic dashboards only, not Kubernetes-style ones")
	case title == "":
		return refuse(http.StatusBadRequest, "Dashboard title cannot be empty", "empty-name")
	default:
		return nil
	}
}

// target is the dashboard that the command means, a new one if there is none, or the reason why it must not be saved.
func (command saveCommand) target(c *contents) (*dashboard, error) {
	if command.FolderUID != "" && c.Folders[command.FolderUID] == nil {
		return nil, errFolderNotFound
	}
	found, err := command.existing(c)
	if err != nil {
		return nil, err
	}
	if found != nil && !command.Overwrite && number(command.Dashboard["version"]) != int64(found.Version) {
		return nil, refuse(http.StatusPreconditionFailed,
			"The dashboard has been changed by someone else", "version-mismatch")
	}
	if twin := command.twin(c, found); twin != nil {
		if !command.Overwrite {
			return nil, refuse(http.StatusPreconditionFailed,
				"A dashboard with the same name in the folder already exists", "name-exists")
		}
		if found == nil {
			found = twin
		}
	}
	if found != nil {
		return found, nil
	}
	asked, _ := command.Dashboard["uid"].(string)
	uid, err := uidFor(asked)
	return &dashboard{ID: c.nextID(), UID: uid, Created: time.Now().UTC()}, err
}

func (command saveCommand) existing(c *contents) (*dashboard, error) {
	if id := number(command.Dashboard["id"]); id != 0 {
		for _, d := range c.Dashboards {
			if d.ID == id {
				return d, nil
			}
		}
		return nil, errDashboardNotFound
	}
	uid, _ := command.Dashboard["uid"].(string)
	return c.Dashboards[uid], nil
}

// twin is another dashboard of the same title in the same folder.
func (command saveCommand) twin(c *contents, self *dashboard) *dashboard {
	for _, d := range c.Dashboards {
		if d != self && d.FolderUID == command.FolderUID && d.title() == command.Dashboard["title"] {
			return d
		}
	}
	return nil
}

func number(value any) int64 {
	written, _ := value.(json.Number)
	whole, _ := written.Int64()
	return whole
}

func (s *server) getDashboard(r *http.Request) (answer any, err error) {
	err = s.store.view(func(c *contents) error {
		d := c.Dashboards[r.PathValue("uid")]
		if d == nil {
			return errDashboardNotFound
		}
		meta := map[string]any{
			"type": "db", "slug": slug(d.title()), "url": s.dashboardURL(d), "version": d.Version,
			"canSave": true, "canEdit": true, "canAdmin": true, "canStar": true, "canDelete": true,
			"created": d.Created, "updated": d.Updated, "createdBy": "admin", "updatedBy": "admin",
			"hasAcl": false, "isFolder": false, "provisioned": false, "folderId": 0, "folderUid": d.FolderUID,
			"folderTitle": "Dashboards", "folderUrl": "",
		}
		if f := c.Folders[d.FolderUID]; f != nil {
			meta["folderId"], meta["folderTitle"], meta["folderUrl"] = f.ID, f.Title, s.folderURL(f)
		}
		answer = map[string]any{"meta": meta, "dashboard": maps.Clone(d.Model)}
		return nil
	})
	return answer, err
}

func (s *server) deleteDashboard(r *http.Request) (any, error) {
	var gone *dashboard
	err := s.store.change(func(c *contents) error {
		gone = c.Dashboards[r.PathValue("uid")]
		if gone == nil {
			return errDashboardNotFound
		}
		delete(c.Dashboards, gone.UID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"id": gone.ID, "uid": gone.UID, "title": gone.title(), "message": "Dashboard " + gone.title() + " deleted",
	}, nil
}
