//! stub
use actix_web::HttpResponse;
pub(crate) async fn serve() -> HttpResponse {
    HttpResponse::NotFound().finish()
}
