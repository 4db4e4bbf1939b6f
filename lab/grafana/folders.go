package main

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"time"
)

// @see https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/folder/
func (s *server) folderRoutes() {
	s.secured("GET /api/folders", s.listFolders)
	s.secured("POST /api/folders", s.createFolder)
	s.secured("GET /api/folders/{uid}", s.getFolder)
	s.secured("PUT /api/folders/{uid}", s.updateFolder)
	s.secured("POST /api/folders/{uid}/move", s.moveFolder)
	s.secured("DELETE /api/folders/{uid}", s.deleteFolder)
	s.secured("GET /api/folders/{uid}/counts", s.countInFolder)
}

var errFolderNotFound = refuse(http.StatusNotFound, "folder not found", "not-found")

func (s *server) folderModel(f *folder) map[string]any {
	model := map[string]any{
		"id": f.ID, "uid": f.UID, "orgId": 1, "title": f.Title, "url": s.folderURL(f), "version": f.Version,
		"hasAcl": false, "canSave": true, "canEdit": true, "canAdmin": true, "canDelete": true,
		"created": f.Created, "updated": f.Updated, "createdBy": "admin", "updatedBy": "admin",
	}
	if f.ParentUID != "" {
		model["parentUid"] = f.ParentUID
	}
	return model
}

func (s *server) folderURL(f *folder) string {
	return s.subPath + "/dashboards/f/" + f.UID + "/" + slug(f.Title)
}

func (s *server) listFolders(r *http.Request) (any, error) {
	parent := r.URL.Query().Get("parentUid")
	list := []map[string]any{}
	err := s.store.view(func(c *contents) error {
		for _, f := range byTitle(c.Folders) {
			if f.ParentUID == parent {
				list = append(list, map[string]any{"id": f.ID, "uid": f.UID, "title": f.Title, "parentUid": f.ParentUID})
			}
		}
		return nil
	})
	return list, err
}

func byTitle(folders map[string]*folder) []*folder {
	return slices.SortedFunc(maps.Values(folders), func(a, b *folder) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.UID, b.UID))
	})
}

func (s *server) createFolder(r *http.Request) (model any, err error) {
	var command struct{ UID, Title, ParentUID string }
	if err := body(r, &command); err != nil {
		return nil, err
	}
	if command.Title == "" {
		return nil, refuse(http.StatusBadRequest, "folder title cannot be empty", "empty-name")
	}
	uid, err := uidFor(command.UID)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	made := &folder{UID: uid, Title: command.Title, ParentUID: command.ParentUID, Version: 1, Created: now, Updated: now}
	err = s.store.change(func(c *contents) error {
		if c.Folders[uid] != nil {
			return refuse(http.StatusConflict, "a folder with the same uid already exists")
		}
		if made.ParentUID != "" && c.Folders[made.ParentUID] == nil {
			return errFolderNotFound
		}
		made.ID = c.nextID()
		c.Folders[uid] = made
		model = s.folderModel(made)
		return nil
	})
	return model, err
}

func (s *server) getFolder(r *http.Request) (model any, err error) {
	err = s.store.view(func(c *contents) error {
		found := c.Folders[r.PathValue("uid")]
		if found == nil {
			return errFolderNotFound
		}
		model = s.folderModel(found)
		return nil
	})
	return model, err
}

func (s *server) updateFolder(r *http.Request) (model any, err error) {
	var command struct {
		Title     string
		Version   int
		Overwrite bool
	}
	if err := body(r, &command); err != nil {
		return nil, err
	}
	err = s.store.change(func(c *contents) error {
		found := c.Folders[r.PathValue("uid")]
		switch {
		case found == nil:
			return errFolderNotFound
		case command.Title == "":
			return refuse(http.StatusBadRequest, "folder title cannot be empty", "empty-name")
		case !command.Overwrite && command.Version != found.Version:
			return refuse(http.StatusPreconditionFailed, "the folder has been changed by someone else", "version-mismatch")
		}
		found.Title, found.Updated = command.Title, time.Now().UTC()
		found.Version++
		model = s.folderModel(found)
		return nil
	})
	return model, err
}

func (s *server) moveFolder(r *http.Request) (model any, err error) {
	var command struct{ ParentUID string }
	if err := body(r, &command); err != nil {
		return nil, err
	}
	err = s.store.change(func(c *contents) error {
		found := c.Folders[r.PathValue("uid")]
		if found == nil || command.ParentUID != "" && c.Folders[command.ParentUID] == nil {
			return errFolderNotFound
		}
		for above := c.Folders[command.ParentUID]; above != nil; above = c.Folders[above.ParentUID] {
			if above == found {
				return refuse(http.StatusBadRequest, "failed to move folder: it would be inside itself")
			}
		}
		found.ParentUID = command.ParentUID
		found.Updated = time.Now().UTC()
		model = s.folderModel(found)
		return nil
	})
	return model, err
}

// deleteFolder also deletes what is in the folder, as Grafana does.
func (s *server) deleteFolder(r *http.Request) (any, error) {
	var gone *folder
	err := s.store.change(func(c *contents) error {
		gone = c.Folders[r.PathValue("uid")]
		if gone == nil {
			return errFolderNotFound
		}
		c.removeFolder(gone.UID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": gone.ID, "title": gone.Title, "message": "Folder deleted"}, nil
}

func (c *contents) removeFolder(uid string) {
	delete(c.Folders, uid)
	maps.DeleteFunc(c.Dashboards, func(_ string, d *dashboard) bool { return d.FolderUID == uid })
	for _, f := range slices.Collect(maps.Values(c.Folders)) {
		if f.ParentUID == uid {
			c.removeFolder(f.UID)
		}
	}
}

func (s *server) countInFolder(r *http.Request) (any, error) {
	uid, counts := r.PathValue("uid"), map[string]int{"folder": 0, "dashboard": 0}
	err := s.store.view(func(c *contents) error {
		if c.Folders[uid] == nil {
			return errFolderNotFound
		}
		for _, f := range c.Folders {
			if f.ParentUID == uid {
				counts["folder"]++
			}
		}
		for _, d := range c.Dashboards {
			if d.FolderUID == uid {
				counts["dashboard"]++
			}
		}
		return nil
	})
	return counts, err
}
