package main

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// @see https://grafana.com/docs/grafana/latest/developer-resources/api-reference/http-api/data_source/
func (s *server) datasourceRoutes() {
	s.secured("GET /api/datasources", s.listDatasources)
	s.secured("POST /api/datasources", s.addDatasource)
	for _, place := range []string{"/api/datasources/uid/{uid}", "/api/datasources/{id}"} {
		s.secured("GET "+place, s.getDatasource)
		s.secured("PUT "+place, s.updateDatasource)
		s.secured("DELETE "+place, s.deleteDatasource)
	}
	s.secured("GET /api/datasources/name/{name}", s.getDatasource)
	s.secured("DELETE /api/datasources/name/{name}", s.deleteDatasource)
	s.secured("GET /api/datasources/id/{name}", s.datasourceID)
	s.secured("GET /api/datasources/uid/{uid}/health", s.datasourceHealth)
	s.mux.HandleFunc("/api/datasources/proxy/uid/{uid}/{path...}", s.proxy)
	s.secured("POST /api/ds/query", func(*http.Request) (any, error) {
		return nil, refuse(http.StatusNotImplemented,
			"this stand-in for Grafana does not evaluate queries; ask the data source through /api/datasources/proxy/uid/…")
	})
}

var errDatasourceNotFound = refuse(http.StatusNotFound, "Data source not found")

// datasourceCommand is a request to add or change a data source.
type datasourceCommand struct {
	UID, Name, Type, Access, URL, User, Database string
	BasicAuth                                    bool
	BasicAuthUser                                string
	WithCredentials                              bool
	IsDefault                                    bool
	Version                                      int
	JSONData                                     map[string]any
	SecureJSONData                               map[string]string
}

// model is a data source as the API tells it: of its secrets only which ones there are.
func (d *datasource) model() map[string]any {
	fields := map[string]bool{}
	for name := range d.Secure {
		fields[name] = true
	}
	return map[string]any{
		"id": d.ID, "uid": d.UID, "orgId": 1, "name": d.Name, "type": d.Type, "typeLogoUrl": "", "access": d.Access,
		"url": d.URL, "user": d.User, "database": d.Database, "basicAuth": d.BasicAuth, "basicAuthUser": d.BasicAuthUser,
		"withCredentials": d.WithCredentials, "isDefault": d.IsDefault, "jsonData": maps.Clone(d.JSONData),
		"secureJsonFields": fields, "version": d.Version, "readOnly": false, "apiVersion": "",
	}
}

func (s *server) listDatasources(*http.Request) (any, error) {
	list := []map[string]any{}
	err := s.store.view(func(c *contents) error {
		for _, d := range datasourcesByName(c.Datasources) {
			entry := d.model()
			entry["typeName"] = d.Type
			for _, only := range []string{"basicAuthUser", "withCredentials", "secureJsonFields", "version", "apiVersion"} {
				delete(entry, only) // Grafana tells these of a single one only
			}
			list = append(list, entry)
		}
		return nil
	})
	return list, err
}

func datasourcesByName(datasources map[string]*datasource) []*datasource {
	return slices.SortedFunc(maps.Values(datasources), func(a, b *datasource) int { return cmp.Compare(a.Name, b.Name) })
}

// datasource is the one that a request's path names, by uid, number or name.
func (c *contents) datasource(r *http.Request) (*datasource, error) {
	uid, name := r.PathValue("uid"), r.PathValue("name")
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	for _, d := range c.Datasources {
		if uid != "" && d.UID == uid || name != "" && d.Name == name || id != 0 && d.ID == id {
			return d, nil
		}
	}
	return nil, errDatasourceNotFound
}

func (s *server) getDatasource(r *http.Request) (model any, err error) {
	err = s.store.view(func(c *contents) error {
		found, err := c.datasource(r)
		if err == nil {
			model = found.model()
		}
		return err
	})
	return model, err
}

func (s *server) datasourceID(r *http.Request) (answer any, err error) {
	err = s.store.view(func(c *contents) error {
		found, err := c.datasource(r)
		if err == nil {
			answer = map[string]any{"id": found.ID}
		}
		return err
	})
	return answer, err
}

func (s *server) addDatasource(r *http.Request) (answer any, err error) {
	var command datasourceCommand
	if err := body(r, &command); err != nil {
		return nil, err
	}
	if command.Name == "" || command.Type == "" {
		return nil, refuse(http.StatusBadRequest, "bad request data")
	}
	uid, err := uidFor(command.UID)
	if err != nil {
		return nil, err
	}
	err = s.store.change(func(c *contents) error {
		if c.Datasources[uid] != nil {
			return refuse(http.StatusConflict, "data source with the same uid already exists")
		}
		if err := command.checkName(c, uid); err != nil {
			return err
		}
		made := &datasource{ID: c.nextID(), UID: uid, Secure: map[string]string{}}
		c.Datasources[uid] = made
		command.apply(c, made)
		answer = changedDatasource(made, "Datasource added")
		return nil
	})
	return answer, err
}

func (s *server) updateDatasource(r *http.Request) (answer any, err error) {
	var command datasourceCommand
	if err := body(r, &command); err != nil {
		return nil, err
	}
	err = s.store.change(func(c *contents) error {
		found, err := c.datasource(r)
		if err != nil {
			return err
		}
		if command.Version != 0 && command.Version != found.Version {
			return refuse(http.StatusConflict,
				"Datasource has already been updated by someone else. Please reload and try again")
		}
		if err := command.checkName(c, found.UID); err != nil {
			return err
		}
		command.apply(c, found)
		answer = changedDatasource(found, "Datasource updated")
		return nil
	})
	return answer, err
}

func (command datasourceCommand) checkName(c *contents, uid string) error {
	for _, d := range c.Datasources {
		if d.Name == command.Name && d.UID != uid {
			return refuse(http.StatusConflict, "data source with the same name already exists")
		}
	}
	return nil
}

// apply changes a data source. Secrets that the command does not name stay; a new default takes over from the old one.
func (command datasourceCommand) apply(c *contents, d *datasource) {
	if command.IsDefault {
		for _, other := range c.Datasources {
			other.IsDefault = false
		}
	}
	d.Name, d.Type, d.Access, d.URL = command.Name, command.Type, cmp.Or(command.Access, "proxy"), command.URL
	d.User, d.Database, d.IsDefault = command.User, command.Database, command.IsDefault
	d.BasicAuth, d.BasicAuthUser, d.WithCredentials = command.BasicAuth, command.BasicAuthUser, command.WithCredentials
	d.JSONData = command.JSONData
	if d.JSONData == nil {
		d.JSONData = map[string]any{}
	}
	if d.Secure == nil {
		d.Secure = map[string]string{}
	}
	maps.Copy(d.Secure, command.SecureJSONData)
	d.Version++
}

func changedDatasource(d *datasource, message string) map[string]any {
	return map[string]any{"id": d.ID, "name": d.Name, "message": message, "datasource": d.model()}
}

func (s *server) deleteDatasource(r *http.Request) (answer any, err error) {
	err = s.store.change(func(c *contents) error {
		found, err := c.datasource(r)
		if err == nil {
			delete(c.Datasources, found.UID)
			answer = map[string]any{"id": found.ID, "message": "Data source deleted"}
		}
		return err
	})
	return answer, err
}
