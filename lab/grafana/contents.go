package main

import "time"

// contents is everything that the stand-in keeps.
type contents struct {
	LastID      int64                  `json:"lastId"`
	Admin       user                   `json:"admin"`
	Folders     map[string]*folder     `json:"folders"`
	Dashboards  map[string]*dashboard  `json:"dashboards"`
	Datasources map[string]*datasource `json:"datasources"`
}

type user struct {
	Login    string `json:"login"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

type folder struct {
	ID        int64     `json:"id"`
	UID       string    `json:"uid"`
	ParentUID string    `json:"parentUid"`
	Title     string    `json:"title"`
	Version   int       `json:"version"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
}

type dashboard struct {
	ID        int64          `json:"id"`
	UID       string         `json:"uid"`
	FolderUID string         `json:"folderUid"`
	Version   int            `json:"version"`
	Message   string         `json:"message"`
	Model     map[string]any `json:"model"`
	Created   time.Time      `json:"created"`
	Updated   time.Time      `json:"updated"`
}

type datasource struct {
	ID              int64             `json:"id"`
	UID             string            `json:"uid"`
	Name            string            `json:"name"`
	Type            string            `json:"type"`
	Access          string            `json:"access"`
	URL             string            `json:"url"`
	User            string            `json:"user"`
	Database        string            `json:"database"`
	BasicAuth       bool              `json:"basicAuth"`
	BasicAuthUser   string            `json:"basicAuthUser"`
	WithCredentials bool              `json:"withCredentials"`
	IsDefault       bool              `json:"isDefault"`
	Version         int               `json:"version"`
	JSONData        map[string]any    `json:"jsonData"`
	Secure          map[string]string `json:"secure"`
}

// nextID counts over all kinds of objects; Grafana counts by kind, which nothing relies on.
func (c *contents) nextID() int64 {
	c.LastID++
	return c.LastID
}

func empty(c *contents) *contents {
	if c.Folders == nil {
		c.Folders = map[string]*folder{}
	}
	if c.Dashboards == nil {
		c.Dashboards = map[string]*dashboard{}
	}
	if c.Datasources == nil {
		c.Datasources = map[string]*datasource{}
	}
	return c
}
