package main

import (
	"context"
	"encoding/json"
	"errors"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Dashboard is grafana:oss/dashboard:Dashboard.
type Dashboard struct{ grafana *grafanaClient }

// DashboardArgs are its inputs.
type DashboardArgs struct {
	ConfigJSON string  `pulumi:"configJson"`
	Folder     *string `pulumi:"folder,optional"`
	Message    *string `pulumi:"message,optional"`
	Overwrite  *bool   `pulumi:"overwrite,optional"`
	OrgID      *string `pulumi:"orgId,optional"`
}

// DashboardState is its state; ConfigJSON is normalised.
type DashboardState struct {
	ConfigJSON  string `pulumi:"configJson"`
	Folder      string `pulumi:"folder"`
	Message     string `pulumi:"message"`
	Overwrite   bool   `pulumi:"overwrite"`
	OrgID       string `pulumi:"orgId"`
	UID         string `pulumi:"uid"`
	DashboardID int    `pulumi:"dashboardId"`
	URL         string `pulumi:"url"`
	Version     int    `pulumi:"version"`
}

// dashboardModel is a dashboard as the HTTP API answers.
type dashboardModel struct {
	Dashboard map[string]any `json:"dashboard"`
	Meta      struct {
		FolderUID string `json:"folderUid"`
		URL       string `json:"url"`
	} `json:"meta"`
}

// Annotate gives it the released plugin's token.
func (r *Dashboard) Annotate(a infer.Annotator) { a.SetToken("oss/dashboard", "Dashboard") }

// Check refuses a `configJson` that is not a classic dashboard.
func (*Dashboard) Check(
	ctx context.Context, req infer.CheckRequest,
) (infer.CheckResponse[DashboardArgs], error) {
	args, failures, err := infer.DefaultCheck[DashboardArgs](ctx, req.NewInputs)
	if req.NewInputs.Get("configJson").IsString() {
		if _, err := dashboardOf(args.ConfigJSON); err != nil {
			failures = append(failures, p.CheckFailure{Property: "configJson", Reason: err.Error()})
		}
	}
	return infer.CheckResponse[DashboardArgs]{Inputs: args, Failures: valueless(failures)}, err
}

// Create saves the dashboard, and refuses to take the place of another one unless `overwrite` says so.
func (r *Dashboard) Create(
	ctx context.Context, req infer.CreateRequest[DashboardArgs],
) (infer.CreateResponse[DashboardState], error) {
	args, org := req.Inputs, r.grafana.orgOf(req.Inputs.OrgID)
	if req.DryRun {
		return infer.CreateResponse[DashboardState]{Output: dashboardPreview(args, DashboardState{OrgID: org})}, nil
	}
	uid, err := r.save(ctx, org, args, 0, orEmpty(args.Overwrite))
	if err != nil {
		return infer.CreateResponse[DashboardState]{}, err
	}
	state, err := r.load(ctx, org, uid, args)
	return infer.CreateResponse[DashboardState]{ID: newID(org, uid), Output: state}, err
}

// Read finds what the dashboard is now; no id means that it is gone.
func (r *Dashboard) Read(
	ctx context.Context, req infer.ReadRequest[DashboardArgs, DashboardState],
) (infer.ReadResponse[DashboardArgs, DashboardState], error) {
	org, uid := r.grafana.splitID(req.ID)
	args := req.Inputs
	known := args
	if args.ConfigJSON == "" {
		known.ConfigJSON = req.State.ConfigJSON
	}
	state, err := r.load(ctx, org, uid, known)
	if notFound(err) {
		return infer.ReadResponse[DashboardArgs, DashboardState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[DashboardArgs, DashboardState]{}, err
	}
	// What the program wrote is kept as long as it says the same: how it is spelt is no difference.
	if normalised(args.ConfigJSON) != state.ConfigJSON {
		args.ConfigJSON = state.ConfigJSON
	}
	if uidOf(orEmpty(args.Folder)) != state.Folder {
		args.Folder = &state.Folder
	}
	state.Message, state.Overwrite = req.State.Message, req.State.Overwrite
	return infer.ReadResponse[DashboardArgs, DashboardState]{ID: newID(org, uid), Inputs: args, State: state}, nil
}

// Diff compares what is wanted with what is there.
func (r *Dashboard) Diff(
	_ context.Context, req infer.DiffRequest[DashboardArgs, DashboardState],
) (infer.DiffResponse, error) {
	args, state, d := req.Inputs, req.State, difference{}
	if uid := givenUID(args.ConfigJSON); uid != "" && uid != state.UID {
		d.replace("configJson", true)
	} else {
		d.update("configJson", normalised(args.ConfigJSON) != normalised(state.ConfigJSON))
	}
	d.update("folder", uidOf(orEmpty(args.Folder)) != uidOf(state.Folder))
	d.update("message", orEmpty(args.Message) != state.Message)
	d.update("overwrite", orEmpty(args.Overwrite) != state.Overwrite)
	d.replace("orgId", chosen(args.OrgID, state.OrgID))
	return d.response(), nil
}

// Update saves the dashboard over whatever it has become meanwhile.
func (r *Dashboard) Update(
	ctx context.Context, req infer.UpdateRequest[DashboardArgs, DashboardState],
) (infer.UpdateResponse[DashboardState], error) {
	args, old := req.Inputs, req.State
	if req.DryRun {
		return infer.UpdateResponse[DashboardState]{Output: dashboardPreview(args, old)}, nil
	}
	uid, err := r.save(ctx, old.OrgID, args, old.DashboardID, true)
	if err != nil {
		return infer.UpdateResponse[DashboardState]{}, err
	}
	state, err := r.load(ctx, old.OrgID, uid, args)
	return infer.UpdateResponse[DashboardState]{Output: state}, err
}

// Delete removes the dashboard.
func (r *Dashboard) Delete(ctx context.Context, req infer.DeleteRequest[DashboardState]) (infer.DeleteResponse, error) {
	org, uid := r.grafana.splitID(req.ID)
	err := r.grafana.call(ctx, org, "DELETE", named("dashboard", uid), "dashboards/uid/"+uid, nil, nil)
	if notFound(err) {
		err = nil
	}
	return infer.DeleteResponse{}, err
}

func (r *Dashboard) save(ctx context.Context, org string, args DashboardArgs, id int, overwrite bool) (string, error) {
	model, err := dashboardOf(args.ConfigJSON)
	if err != nil {
		return "", err
	}
	delete(model, "id")
	if id != 0 {
		model["id"] = id
	}
	title, _ := model["title"].(string)
	command := map[string]any{
		"dashboard": model, "folderUid": uidOf(orEmpty(args.Folder)), "message": orEmpty(args.Message),
		"overwrite": overwrite,
	}
	var saved struct{ UID string }
	err = r.grafana.call(ctx, org, "POST", named("dashboard", title), "dashboards/db", command, &saved)
	return saved.UID, err
}

// load reads the dashboard back, normalised as `configJson` is: with a uid only if that has one.
func (r *Dashboard) load(ctx context.Context, org, uid string, args DashboardArgs) (DashboardState, error) {
	var found dashboardModel
	if err := r.grafana.call(ctx, org, "GET", named("dashboard", uid), "dashboards/uid/"+uid, nil, &found); err != nil {
		return DashboardState{}, err
	}
	if found.Dashboard == nil {
		return DashboardState{}, errors.New(named("dashboard", uid) + ": Grafana answered without a dashboard")
	}
	id, _ := found.Dashboard["id"].(float64)
	version, _ := found.Dashboard["version"].(float64)
	if args.ConfigJSON != "" && givenUID(args.ConfigJSON) == "" {
		delete(found.Dashboard, "uid")
	}
	return DashboardState{
		ConfigJSON: normalisedModel(found.Dashboard), Folder: found.Meta.FolderUID, OrgID: org, UID: uid,
		Message: orEmpty(args.Message), Overwrite: orEmpty(args.Overwrite),
		DashboardID: int(id), URL: r.grafana.linkTo(found.Meta.URL), Version: int(version),
	}, nil
}

func dashboardPreview(args DashboardArgs, state DashboardState) DashboardState {
	state.ConfigJSON, state.Folder = normalised(args.ConfigJSON), uidOf(orEmpty(args.Folder))
	state.Message, state.Overwrite = orEmpty(args.Message), orEmpty(args.Overwrite)
	return state
}

// dashboardOf decodes `configJson`.
func dashboardOf(text string) (map[string]any, error) {
	var model map[string]any
	if err := json.Unmarshal([]byte(text), &model); err != nil || model == nil {
		return nil, errors.New("is not a JSON object; expected a dashboard's model as Grafana exports it")
	}
	if _, newer := model["apiVersion"]; newer && model["spec"] != nil {
		return nil, errors.New("is a Kubernetes-style dashboard, which this stand-in does not know; give the classic model")
	}
	return model, nil
}
