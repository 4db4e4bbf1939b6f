package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// Folder is grafana:oss/folder:Folder.
type Folder struct{ grafana *grafanaClient }

// FolderArgs are its inputs.
type FolderArgs struct {
	Title                    string  `pulumi:"title"`
	UID                      *string `pulumi:"uid,optional"`
	ParentFolderUID          *string `pulumi:"parentFolderUid,optional"`
	PreventDestroyIfNotEmpty *bool   `pulumi:"preventDestroyIfNotEmpty,optional"`
	OrgID                    *string `pulumi:"orgId,optional"`
}

// FolderState is its state.
type FolderState struct {
	Title                    string `pulumi:"title"`
	UID                      string `pulumi:"uid"`
	ParentFolderUID          string `pulumi:"parentFolderUid"`
	PreventDestroyIfNotEmpty bool   `pulumi:"preventDestroyIfNotEmpty"`
	OrgID                    string `pulumi:"orgId"`
	URL                      string `pulumi:"url"`
}

// folderModel is a folder as the HTTP API has it.
type folderModel struct {
	UID       string `json:"uid,omitempty"`
	Title     string `json:"title"`
	ParentUID string `json:"parentUid,omitempty"`
	URL       string `json:"url,omitempty"`
}

// Annotate gives it the released plugin's token.
func (f *Folder) Annotate(a infer.Annotator) { a.SetToken("oss/folder", "Folder") }

// Check validates the inputs.
func (*Folder) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[FolderArgs], error) {
	args, failures, err := infer.DefaultCheck[FolderArgs](ctx, req.NewInputs)
	return infer.CheckResponse[FolderArgs]{Inputs: args, Failures: valueless(failures)}, err
}

// Create makes the folder.
func (f *Folder) Create(
	ctx context.Context, req infer.CreateRequest[FolderArgs],
) (infer.CreateResponse[FolderState], error) {
	args, org := req.Inputs, f.grafana.orgOf(req.Inputs.OrgID)
	if req.DryRun {
		return infer.CreateResponse[FolderState]{Output: folderState(args, folderModel{UID: orEmpty(args.UID)}, org)}, nil
	}
	wanted := folderModel{UID: orEmpty(args.UID), Title: args.Title, ParentUID: uidOf(orEmpty(args.ParentFolderUID))}
	var made folderModel
	err := f.grafana.call(ctx, org, "POST", named("folder", args.Title), "folders", wanted, &made)
	return infer.CreateResponse[FolderState]{ID: newID(org, made.UID), Output: f.located(folderState(args, made, org))}, err
}

// Read finds what the folder is now; no id means that it is gone.
func (f *Folder) Read(
	ctx context.Context, req infer.ReadRequest[FolderArgs, FolderState],
) (infer.ReadResponse[FolderArgs, FolderState], error) {
	org, uid := f.grafana.splitID(req.ID)
	var found folderModel
	err := f.grafana.call(ctx, org, "GET", named("folder", uid), "folders/"+uid, nil, &found)
	if notFound(err) {
		return infer.ReadResponse[FolderArgs, FolderState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[FolderArgs, FolderState]{}, err
	}
	args := req.Inputs
	if args.Title == "" { // an import
		args.UID = &found.UID
	}
	args.Title = found.Title
	args.UID = read(args.UID, found.UID)
	if uidOf(orEmpty(args.ParentFolderUID)) != found.ParentUID {
		args.ParentFolderUID = &found.ParentUID
	}
	state := f.located(folderState(args, found, org))
	state.PreventDestroyIfNotEmpty = req.State.PreventDestroyIfNotEmpty
	return infer.ReadResponse[FolderArgs, FolderState]{ID: newID(org, found.UID), Inputs: args, State: state}, nil
}

// Diff compares what is wanted with what is there.
func (f *Folder) Diff(
	_ context.Context, req infer.DiffRequest[FolderArgs, FolderState],
) (infer.DiffResponse, error) {
	args, state, d := req.Inputs, req.State, difference{}
	d.update("title", args.Title != state.Title)
	d.update("parentFolderUid", uidOf(orEmpty(args.ParentFolderUID)) != state.ParentFolderUID)
	d.update("preventDestroyIfNotEmpty", orEmpty(args.PreventDestroyIfNotEmpty) != state.PreventDestroyIfNotEmpty)
	d.replace("uid", chosen(args.UID, state.UID))
	d.replace("orgId", chosen(args.OrgID, state.OrgID))
	return d.response(), nil
}

// Update renames and moves the folder.
func (f *Folder) Update(
	ctx context.Context, req infer.UpdateRequest[FolderArgs, FolderState],
) (infer.UpdateResponse[FolderState], error) {
	args, old := req.Inputs, req.State
	parent := uidOf(orEmpty(args.ParentFolderUID))
	now := folderModel{UID: old.UID, Title: args.Title, ParentUID: parent, URL: old.URL}
	if req.DryRun {
		return infer.UpdateResponse[FolderState]{Output: folderState(args, now, old.OrgID)}, nil
	}
	what, route := named("folder", args.Title), "folders/"+old.UID
	if parent != old.ParentFolderUID {
		move := map[string]string{"parentUid": parent}
		if err := f.grafana.call(ctx, old.OrgID, "POST", what, route+"/move", move, nil); err != nil {
			return infer.UpdateResponse[FolderState]{}, err
		}
	}
	change := map[string]any{"title": args.Title, "overwrite": true}
	err := f.grafana.call(ctx, old.OrgID, "PUT", what, route, change, &now)
	return infer.UpdateResponse[FolderState]{Output: f.located(folderState(args, now, old.OrgID))}, err
}

// Delete removes the folder with what is in it, unless `preventDestroyIfNotEmpty` says otherwise.
func (f *Folder) Delete(ctx context.Context, req infer.DeleteRequest[FolderState]) (infer.DeleteResponse, error) {
	org, uid := f.grafana.splitID(req.ID)
	what := named("folder", req.State.Title)
	route := "folders/" + uid + "?forceDeleteRules=true"
	if req.State.PreventDestroyIfNotEmpty {
		var inside []struct{ Title string }
		if err := f.grafana.call(ctx, org, "GET", what, "search?folderUIDs="+uid, nil, &inside); err != nil {
			return infer.DeleteResponse{}, err
		}
		if len(inside) > 0 {
			titles := make([]string, len(inside))
			for i, entry := range inside {
				titles[i] = entry.Title
			}
			return infer.DeleteResponse{}, fmt.Errorf("%s is not empty (%s) and `preventDestroyIfNotEmpty` is set",
				what, strings.Join(titles, ", "))
		}
		route = "folders/" + uid
	}
	err := f.grafana.call(ctx, org, "DELETE", what, route, nil, nil)
	if notFound(err) {
		err = nil
	}
	return infer.DeleteResponse{}, err
}

func folderState(args FolderArgs, model folderModel, org string) FolderState {
	return FolderState{
		Title: args.Title, UID: model.UID, ParentFolderUID: model.ParentUID, OrgID: org, URL: model.URL,
		PreventDestroyIfNotEmpty: orEmpty(args.PreventDestroyIfNotEmpty),
	}
}

func (f *Folder) located(state FolderState) FolderState {
	state.URL = f.grafana.linkTo(state.URL)
	return state
}

func named(kind, name string) string { return fmt.Sprintf("%s %q", kind, name) }
